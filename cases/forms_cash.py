"""What the cash list is asked: the days, and whose entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import DayField

LONGEST = dt.timedelta(days=92)  # a quarter


class CashForm(forms.Form):
    """A day, or several in a row; everybody's entries, or those of one cashier."""

    use_required_attribute = False
    first = DayField(label=_("Từ ngày"))
    last = DayField(label=_("Đến hết ngày"))
    cashier = forms.ChoiceField(label=_("Cán bộ thu phí"), required=False)

    def __init__(self, data: Any, *, today: dt.date, cashiers: Sequence[tuple[str, str]]) -> None:
        """`cashiers`: id and name of those to choose from; empty: nothing to choose."""
        usual = {"first": today.isoformat(), "last": today.isoformat(), "cashier": ""}
        super().__init__({name: data.get(name) or value for name, value in usual.items()})
        self.fields["cashier"].choices = [("", _("Tất cả")), *cashiers]  # type: ignore[attr-defined]  # a ChoiceField
        if not cashiers:
            del self.fields["cashier"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and first > last:
            self.add_error("last", _("Ngày cuối phải sau ngày đầu."))
        elif first and last and last - first > LONGEST:
            self.add_error("last", _("Mỗi lần xem tối đa 92 ngày."))
        return found
