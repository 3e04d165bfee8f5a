"""What an administrator fills in; each form's cleaned values are the arguments of one service."""
from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.clock import local_day, now
from accounts.forms.fields import ActForm, DayField, PersonField, PhoneField
from accounts.models import Mandate, OrgUnit
from accounts.role_names import role_choices

UNIT_KINDS = [
    ("province", _("Ủy ban nhân dân tỉnh")),
    ("department", _("Sở, cơ quan chuyên môn")),
    ("office", _("Văn phòng")),
    ("division", _("Phòng")),
    ("one_stop", _("Bộ phận Một cửa")),
    ("commune", _("Xã")),
    ("ward", _("Phường")),
    ("ministry", _("Bộ, cơ quan trung ương")),
    ("party", _("Cơ quan Đảng")),
    ("outside", _("Cơ quan khác")),
]


class UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A unit that exists today."""

    def __init__(self, **options: Any) -> None:
        super().__init__(OrgUnit.objects.none(), **options)

    def label_from_instance(self, unit: OrgUnit) -> str:
        return f"{unit.name} ({unit.symbol or unit.code})"


class OfficeForm(ActForm):
    """A form whose lists of units and roles are those of today."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, UnitField):
                field.queryset = OrgUnit.objects.in_force(local_day(now()))


class OfficerForm(ActForm):
    email = forms.EmailField(label=_("Thư điện tử công vụ"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    full_name = forms.CharField(label=_("Họ và tên"), max_length=200)
    title = forms.CharField(label=_("Chức danh"), max_length=200, required=False)
    phone = PhoneField(label=_("Số điện thoại"), required=False)


class GrantRoleForm(OfficeForm):
    role = forms.ChoiceField(label=_("Vai trò"), choices=role_choices)
    unit = UnitField(label=_("Đơn vị"))
    valid_from = DayField(label=_("Từ ngày"))
    valid_to = DayField(label=_("Đến hết ngày"), required=False, help_text=_("Để trống: đến khi có quyết định khác."))


class CodesField(forms.CharField):
    """Codes between commas; cleaned to a list."""

    def clean(self, value: Any) -> Any:
        return [code.strip() for code in super().clean(value).split(",") if code.strip()]


class MandateForm(ActForm):
    grantee = PersonField(label=_("Người được ủy quyền"))
    role = forms.ChoiceField(label=_("Vai trò được làm thay"), choices=role_choices)
    form = forms.ChoiceField(label=_("Hình thức ký"), choices=Mandate.Form.choices, initial=Mandate.Form.TUQ)
    document_no = forms.CharField(label=_("Số, ký hiệu văn bản ủy quyền"), max_length=60)
    document_date = DayField(label=_("Ngày văn bản"))
    valid_from = DayField(label=_("Từ ngày"))
    valid_to = DayField(label=_("Đến hết ngày"))
    procedures = CodesField(
        label=_("Mã thủ tục"), required=False, help_text=_("Cách nhau bằng dấu phẩy; để trống: mọi thủ tục.")
    )
    acts = CodesField(
        label=_("Bước hoặc văn bản"), required=False, help_text=_("Để trống: mọi việc của vai trò.")
    )


class FromDayForm(ActForm):
    from_day = DayField(label=_("Thôi hiệu lực từ ngày"))


class AbsenceForm(ActForm):
    substitute = PersonField(label=_("Người thay"), required=False)
    reason = forms.CharField(label=_("Lý do"), max_length=200)
    valid_from = DayField(label=_("Từ ngày"))
    valid_to = DayField(label=_("Đến hết ngày"))


class UnitForm(OfficeForm):
    code = forms.SlugField(label=_("Mã đơn vị"), max_length=60)
    name = forms.CharField(label=_("Tên đơn vị"), max_length=300)
    name_en = forms.CharField(label=_("Tên tiếng Anh"), max_length=300, required=False)
    kind = forms.ChoiceField(label=_("Loại"), choices=UNIT_KINDS)
    symbol = forms.CharField(label=_("Ký hiệu trong số văn bản"), max_length=30, required=False)
    parent = UnitField(label=_("Trực thuộc"), required=False)
    valid_from = DayField(label=_("Từ ngày"))


class RenameUnitForm(ActForm):
    name = forms.CharField(label=_("Tên mới"), max_length=300)
    name_en = forms.CharField(label=_("Tên tiếng Anh"), max_length=300, required=False)
    symbol = forms.CharField(label=_("Ký hiệu trong số văn bản"), max_length=30, required=False)
    from_day = DayField(label=_("Từ ngày"))


class CloseUnitForm(OfficeForm):
    last_day = DayField(label=_("Ngày hoạt động cuối"))
    successor = UnitField(label=_("Đơn vị kế thừa"), required=False)
