"""The forms of the office's rows, made from the columns that a row knows."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.errors import PeopleRefused, sentence
from accounts.forms.fields import ActForm, DayField
from config.office_tables import Leaf, columns_from, composed, leaves, values_of

KEY = r"^[A-Za-z0-9Đđ][A-Za-z0-9Đđ_.:-]{0,59}$"


class RowForm(ActForm):
    """One input for each column, then from when the row holds and on what ground."""

    valid_from = DayField(label=_("Từ ngày"))
    valid_to = DayField(label=_("Đến hết ngày"), required=False, help_text=_("Để trống: đến khi có quyết định khác."))
    src = forms.CharField(label=_("Văn bản làm căn cứ"), max_length=300)
    confirmed = forms.BooleanField(label=_("Đã đối chiếu với văn bản"), required=False)

    def __init__(
        self, table: str, key: str, held: Mapping[str, Any], sent: Any, *, lasting: bool, first: Mapping[str, Any]
    ) -> None:
        self.leaves, self.kept = leaves(table, key, held), composed(table, key, held)
        super().__init__(sent, initial={**values_of(self.leaves, held), **first})
        dated = {name: self.fields.pop(name) for name in ("valid_from", "valid_to", "src", "confirmed")}
        if not key:
            self.fields["key"] = forms.RegexField(KEY, label=_("Khóa"), max_length=60)
        self.fields |= {leaf.name: _input(leaf) for leaf in self.leaves}
        self.fields |= {name: field for name, field in dated.items() if not (lasting and name == "valid_to")}

    @property
    def arguments(self) -> dict[str, Any]:
        """Return what the service is given; the form is valid."""
        given = self.cleaned_data
        dated = {name: given.get(name) for name in ("valid_from", "valid_to", "src", "confirmed")}
        return {**dated, "columns": {**self.kept, **columns_from(self.leaves, given)}}

    def refuse(self, refusal: PeopleRefused) -> None:
        """Put each reason at its input; one about a key that was just typed goes to where it was typed."""
        typed = {self.cleaned_data.get(name): name for name in self.fields if name.endswith("+.key")}
        for reason in refusal.reasons:
            steps = reason.path.split(".")
            where = next((typed[step] for step in steps if step in typed), reason.path)
            self.add_error(where if where in self.fields else None, sentence(reason))


class EndForm(ActForm):
    last_day = DayField(label=_("Ngày cuối"), help_text=_("Chọn hôm qua nếu thôi ngay bây giờ."))
    src = forms.CharField(label=_("Văn bản làm căn cứ"), max_length=300)


def _input(leaf: Leaf) -> forms.Field:
    if leaf.kind is bool:
        return forms.BooleanField(label=leaf.words, required=False)
    if leaf.kind is int:
        return forms.IntegerField(label=leaf.words, required=leaf.required, min_value=0)
    return forms.CharField(label=leaf.words, required=leaf.required, max_length=1000)


