"""What an administrator fills in to change a day of the working calendar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import ActForm, DayField
from cases.calendar import YEARS
from cases.presentation.office_calendar import KINDS, STATUSES, YearDay
from cases.services.calendar_change import Wanted, change_day, removal, remove_day

DECIDED_HINT = _("Khi điền, lịch nghỉ của cả năm đó được coi là đã có quyết định.")


class DayForm(ActForm):
    """A day off or a make-up day, and the document that says so."""

    day = DayField(label=_("Ngày"))
    kind = forms.ChoiceField(label=_("Loại ngày"), choices=list(KINDS.items()), widget=forms.RadioSelect)
    name = forms.CharField(label=_("Tên ngày"), max_length=200)
    certainty = forms.ChoiceField(
        label=_("Tình trạng"), choices=[(code, STATUSES[code]) for code in ("confirmed", "announced")],
        widget=forms.RadioSelect, initial="confirmed",
    )  # fmt: skip
    source_document = forms.CharField(label=_("Văn bản làm căn cứ"), max_length=300)
    decided_on = DayField(label=_("Ngày quyết định"), required=False, help_text=DECIDED_HINT)

    service = staticmethod(change_day)

    @property
    def arguments(self) -> dict[str, Any]:
        """Return what the service is given; the form is valid."""
        names = ("day", "kind", "name", "source_document", "decided_on")
        return {**{name: self.cleaned_data[name] for name in names}, "status": self.cleaned_data["certainty"]}

    def wanted(self) -> Wanted:
        """Return what the day is to say."""
        return Wanted(**self.arguments)


class RemovalForm(ActForm):
    """The document by which a day is an ordinary one again."""

    day = DayField(label=_("Ngày"))
    source_document = forms.CharField(label=_("Văn bản làm căn cứ"), max_length=300)
    decided_on = DayField(label=_("Ngày quyết định"), required=False, help_text=DECIDED_HINT)

    service = staticmethod(remove_day)

    @property
    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)

    def wanted(self) -> Wanted:
        return removal(**self.arguments)


def first_values(line: YearDay | None, year: int) -> dict[str, Any]:
    """Return what the form of a day begins with."""
    if line is None:
        return {"certainty": "confirmed", "kind": "off"} if year in YEARS else {}
    row = line.row
    status = "confirmed" if line.withdrawn else row.status
    known = {"day": row.date, "kind": row.kind, "name": row.name, "certainty": status}
    return known | ({"source_document": row.source_document, "decided_on": row.decided_on} if line.written else {})
