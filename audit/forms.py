"""What an auditor fills in: a search, a period. Both stand in the address, so both hold codes and ids, never names."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.clock import local_day, now
from accounts.forms.fields import DayField
from accounts.models import OrgUnit, User
from audit.access import cases_called
from audit.search import Search
from audit.words import names_of_steps
from cases.presentation.words import label
from cases.procedures import current, definition_by

ALL = [("", _("Tất cả"))]
LONGEST = dt.timedelta(days=365)


class SearchForm(forms.Form):
    """By what, when, procedure, unit, case; `who` is put in by the search for people."""

    who = forms.UUIDField(required=False, widget=forms.HiddenInput)
    code = forms.CharField(label=_("Mã hồ sơ hoặc mã nộp"), required=False, max_length=60)
    name = forms.ChoiceField(label=_("Việc, chuyển bước"), required=False)
    procedure = forms.ChoiceField(label=_("Thủ tục"), required=False)
    unit = forms.ChoiceField(label=_("Đơn vị thụ lý"), required=False)
    first = DayField(label=_("Từ ngày"), required=False)
    last = DayField(label=_("Đến hết ngày"), required=False)
    notable = forms.BooleanField(label=_("Chỉ những việc đáng chú ý"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")
        self.fields["name"].choices = [*ALL, *names_of_steps()]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["procedure"].choices = [*ALL, *procedures()]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [*ALL, *units()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("first") and found.get("last") and found["first"] > found["last"]:
            self.add_error("last", _("Ngày cuối phải sau ngày đầu."))
        if found.get("code"):
            found["case"] = cases_called(found["code"]).values_list("pk", flat=True).first()
            if found["case"] is None:
                self.add_error("code", _("Không có hồ sơ mang mã này."))
        return found

    @property
    def search(self) -> Search:
        """The search of a valid form."""
        kept = dict(self.cleaned_data)
        kept.pop("code", None)
        kept["who"] = str(kept["who"]) if kept.get("who") else ""
        return Search(**{name: value for name, value in kept.items() if value})

    @property
    def person(self) -> User | None:
        """The person who is looked for."""
        who = self.cleaned_data.get("who")
        return User.objects.filter(pk=who).first() if who else None


class PeriodForm(forms.Form):
    """The period of the statistics; the running month when nothing is said."""

    first = DayField(label=_("Từ ngày"), required=False)
    last = DayField(label=_("Đến hết ngày"), required=False)
    procedure = forms.ChoiceField(label=_("Thủ tục"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")
        self.fields["procedure"].choices = [*ALL, *procedures()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        today = local_day(now())
        found["last"] = found.get("last") or today
        found["first"] = found.get("first") or min(today, found["last"]).replace(day=1)
        if found["first"] > found["last"]:
            self.add_error("last", _("Ngày cuối phải sau ngày đầu."))
        elif found["last"] - found["first"] > LONGEST:
            self.add_error("last", _("Một kỳ dài nhất là 366 ngày."))
        return found


def procedures() -> list[tuple[str, str]]:
    """Return (code, name) of every published procedure."""
    rows = current().only("procedure", "hash").order_by("effective_from", "pk")
    return sorted({row.procedure: label(definition_by(row.hash)) for row in rows}.items(), key=lambda item: item[1])


def units() -> list[tuple[str, str]]:
    """Return (code, name) of every unit, as it was last called."""
    rows = OrgUnit.objects.order_by("valid_from").values_list("code", "name")
    return sorted(dict(rows).items(), key=lambda item: item[1])
