"""What a ledger is asked, and what for one looks at its numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.ledger_access import row_spec
from cases.ledger_queries import SOON, SOONER, Wanted, agencies_seen
from cases.presentation.words import label
from workflows.definition import Procedure

LEAST, MOST = 3, 500


class LedgerFilter(forms.Form):
    """The filter of a ledger; every field may be left empty."""

    use_required_attribute = False
    q = forms.CharField(label=_("Tên, số dòng"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("Tình trạng"), required=False)
    agency = forms.ChoiceField(label=_("Cơ quan quản lý"), required=False)
    months = forms.TypedChoiceField(
        label=_("Hết hạn trong"),
        required=False,
        coerce=int,
        empty_value="0",
        choices=[("", _("Tất cả")), (SOON, _("12 tháng")), (SOONER, _("06 tháng"))],
    )
    late = forms.BooleanField(label=_("Chỉ dòng quá hạn"), required=False)
    closed = forms.BooleanField(label=_("Cả dòng đã kết thúc"), required=False)

    def __init__(self, data: Any, *, definition: Procedure, viewer: User, now: dt.datetime) -> None:
        super().__init__(data)
        anything = [("", _("Tất cả"))]
        states = [(state.code, label(state)) for state in definition.machine.states]
        self._choose("state", [*anything, *states])
        self._choose("agency", [*anything, *agencies_seen(definition, viewer, now)])
        spec = row_spec(definition)
        for name in (n for n, there in (("months", spec.expires), ("late", spec.late)) if there is None):
            del self.fields[name]

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    @property
    def wanted(self) -> Wanted:
        """What is asked for; a field that is wrong asks for nothing, and the page says so."""
        self.is_valid()
        said = self.cleaned_data
        return Wanted(
            state=said.get("state", ""),
            agency=said.get("agency", ""),
            text=said.get("q", ""),
            months=int(said.get("months") or 0),
            late=bool(said.get("late")),
            closed=bool(said.get("closed")),
        )


class PurposeForm(forms.Form):
    """What one looks at sensitive values for: kept with every view."""

    use_required_attribute = False
    purpose = forms.CharField(
        label=_("Mục đích xem"),
        min_length=LEAST,
        max_length=MOST,
        help_text=_("Mỗi lần xem, tải được ghi lại cùng mục đích, ở từng dòng."),
    )
