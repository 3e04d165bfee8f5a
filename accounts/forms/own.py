"""What a person changes about themselves and their organisation."""
from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import ActForm, PhoneField
from accounts.models import User


class ProfileForm(ActForm):
    full_name = forms.CharField(
        label=_("Họ và tên"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = PhoneField(label=_("Số điện thoại"), required=False)
    language = forms.ChoiceField(
        label=_("Ngôn ngữ của trang và thư"), choices=User.Language.choices, widget=forms.RadioSelect
    )
    mail_consent = forms.BooleanField(
        label=_("Tôi đồng ý nhận thông báo về hồ sơ qua thư điện tử"),
        help_text=_("Không bắt buộc; thông báo luôn có ở trang này. Bạn có thể rút lại bất cứ lúc nào."),
        required=False,
    )


class OrganisationForm(ActForm):
    name = forms.CharField(
        label=_("Tên tổ chức"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    name_en = forms.CharField(label=_("Tên tiếng Anh"), max_length=300, required=False)
    tax_code = forms.CharField(label=_("Mã số thuế hoặc mã số tổ chức"), max_length=20, required=False)
    address = forms.CharField(label=_("Địa chỉ"), max_length=300, required=False)


class InviteForm(ActForm):
    email = forms.EmailField(
        label=_("Thư điện tử của người được mời"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    manager = forms.BooleanField(label=_("Được mời và cho thôi thành viên khác"), required=False)
