"""Fields and a form base shared by the pages of this floor."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.errors import PeopleRefused, sentence
from accounts.models import User
from accounts.phones import clean_phone, phone_fault

Made = TypeVar("Made")


class DayField(forms.DateField):
    """A local day, chosen in the browser's calendar or typed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class PhoneField(forms.CharField):
    """A Vietnamese telephone number, kept as digits."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})
        super().__init__(max_length=30, widget=widget, **options)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        fault = phone_fault(text)
        if fault:
            raise forms.ValidationError(sentence(fault), code=fault.code)
        return clean_phone(text)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """One of the officers whose account is open."""

    def __init__(self, **options: Any) -> None:
        super().__init__(User.objects.filter(is_officer=True, is_active=True), **options)

    def label_from_instance(self, person: User) -> str:
        return f"{person.full_name} – {person.title}" if person.title else person.full_name


class ActForm(forms.Form):
    """A form whose values go to one service; a refusal comes back to the fields that it is about."""

    def submit(self, service: Callable[..., Made], **given: Any) -> Made | None:
        """Run the service with the form's values; None when they are wrong or refused, and the form says why."""
        if not self.is_valid():
            return None
        try:
            return service(**self.cleaned_data, **given)
        except PeopleRefused as refusal:
            self.refuse(refusal)
            return None

    @property
    def status(self) -> int:
        """HTTP status of a page that shows this form."""
        return 422 if self.is_bound and not self.is_valid() else 200

    def refuse(self, refusal: PeopleRefused) -> None:
        for reason in refusal.reasons:
            self.add_error(reason.path if reason.path in self.fields else None, sentence(reason))


class LastDayForm(ActForm):
    last_day = DayField(label=_("Ngày cuối"), help_text=_("Chọn hôm qua nếu thôi ngay bây giờ."))
