"""allauth's forms in our words: no placeholders (the label says it), name and telephone at sign-up."""
from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import PhoneField
from accounts.services.checks import clean_text


class PlainFields:
    """Take the placeholders away: they vanish while typing and are read out twice."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(PlainFields, allauth_forms.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["password"].help_text = ""  # the page links to the reset itself


class SignupForm(PlainFields, allauth_forms.SignupForm):  # type: ignore[misc]
    full_name = forms.CharField(
        label=_("Họ và tên"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = PhoneField(label=_("Số điện thoại"), help_text=_("Ví dụ 0912345678. Để Bộ phận Một cửa liên hệ khi cần."))
    field_order = ("full_name", "email", "phone", "password1", "password2")

    def clean_full_name(self) -> str:
        return clean_text(self.cleaned_data["full_name"])

    def try_save(self, request: HttpRequest) -> Any:
        """Take as long for an address that has an account: hashing is what one could measure."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ChangePasswordForm(PlainFields, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    def clean_password1(self) -> str:
        """A password that somebody else knew is no new one."""
        password: str = self.cleaned_data["password1"]
        if self.user.check_password(password):
            raise forms.ValidationError(gettext("Mật khẩu mới phải khác mật khẩu hiện tại."), code="same_password")
        return password


class SetPasswordForm(PlainFields, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(PlainFields, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(PlainFields, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(PlainFields, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    pass


class ChangeEmailForm(PlainFields, allauth_forms.ChangeEmailForm):  # type: ignore[misc]
    pass

