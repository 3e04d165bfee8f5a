"""The form of a row of a declared table: one input for each column, by its type; composite values in one line each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import ActForm, DayField
from config.templatetags.hoso import label
from workflows.definition import Field, Table

CODE = r"^[a-z][a-z0-9_]{0,59}$"
_NUMBER = re.compile(r"\s*([A-Za-z_]\w*)\s*[=:]\s*(-?\d+)\s*")
_MONEY = re.compile(r"\s*(\d+)\s+([A-Z]{3})\s*")
_DURATION = re.compile(r"\s*(-?\d+(?:\.5)?)\s*(WD|CD|MONTH|HOUR)\s*")
DATED = ("valid_from", "valid_to", "src", "confirmed")


class LineForm(ActForm):
    """A row of a declared table, from when it holds and on what ground; the table's rules are asked by the service."""

    valid_from = DayField(label=_("Từ ngày"))
    valid_to = DayField(label=_("Đến hết ngày"), required=False, help_text=_("Để trống: đến khi có quyết định khác."))
    src = forms.CharField(label=_("Văn bản làm căn cứ"), max_length=300)
    confirmed = forms.BooleanField(label=_("Đã đối chiếu với văn bản"), required=False)

    def __init__(self, table: Table, key: str, held: Mapping[str, Any], sent: Any, first: Mapping[str, Any]) -> None:
        self.table, self.key = table, key
        super().__init__(sent, initial={**_initial(table, held), **first})
        dated = {name: self.fields.pop(name) for name in DATED}
        if not key:
            self.fields["key"] = forms.RegexField(CODE, label=_("Mã dòng"), max_length=60)
        if table.kind == "decision":
            self.fields["if"] = forms.CharField(label=_("Áp dụng khi (CEL)"), widget=forms.Textarea(attrs={"rows": 4}))
            hint = _("Bảng lấy dòng đầu tiên thỏa điều kiện; số nhỏ đứng trước.")
            self.fields["order"] = forms.IntegerField(label=_("Thứ tự"), min_value=0, help_text=hint)
        self.fields |= {column.name: _input(column) for column in table.columns} | dated

    @property
    def arguments(self) -> dict[str, Any]:
        """Return what `propose_change` is given; the form is valid."""
        given = self.cleaned_data
        names = [name for name in ("if", "order") if name in self.fields] + [c.name for c in self.table.columns]
        columns = {name: given[name] for name in names if given.get(name) not in ("", None)}
        dated = {name: given.get(name) for name in DATED}
        return {"table": self.table.code, "key": self.key or given["key"], "columns": columns, **dated}


class EndLineForm(ActForm):
    last_day = DayField(label=_("Ngày cuối"))
    src = forms.CharField(label=_("Văn bản làm căn cứ"), max_length=300)


class DeclineForm(ActForm):
    reason = forms.CharField(label=_("Lý do không duyệt"), max_length=500)


class _Read(forms.CharField):
    """A composite value written in one line; what cannot be read is said with an example."""

    def __init__(self, read: Callable[[str], Any], **options: Any) -> None:
        self.read = read
        super().__init__(max_length=1000, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        found = self.read(text)
        if text and found is None:
            raise forms.ValidationError(gettext("Không đọc được. %(hint)s") % {"hint": self.help_text})
        return found


def numbers(text: str) -> dict[str, int] | None:
    """`max = 2; head = 10` as a mapping; nothing written is an empty one; None: it cannot be read."""
    parts = [part for part in re.split(r"[;,\n]", text) if part.strip()]
    found = [_NUMBER.fullmatch(part) for part in parts]
    return {one[1]: int(one[2]) for one in found if one} if all(found) else None


def money(text: str) -> dict[str, Any] | None:
    """`200000 VND`: whole minor units and currency."""
    found = _MONEY.fullmatch(text)
    return {"minor": int(found[1]), "currency": found[2]} if found else None


def duration(text: str) -> dict[str, Any] | None:
    """`5 WD`: a length with its unit."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    n = float(found[1])
    return {"n": int(n) if n.is_integer() else n, "u": found[2]}


def words(text: str) -> list[str]:
    """`a, b` as a list."""
    return [word.strip() for word in text.split(",") if word.strip()]


def written(value: Any) -> Any:
    """Return a value as its input shows it."""
    if isinstance(value, Mapping):
        if set(value) == {"minor", "currency"}:
            return f"{value['minor']} {value['currency']}"
        if set(value) == {"n", "u"}:
            return f"{value['n']:g} {value['u']}"
        return "; ".join(f"{name} = {n}" for name, n in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return value


def _initial(table: Table, held: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: written(value) for name, value in held.items()}
    known = [c.name for c in table.columns if c.base == "bool" and c.name in held]
    return found | {name: "true" if held[name] else "false" for name in known}


def _input(column: Field) -> forms.Field:
    required = column.required is True
    given: dict[str, Any] = {"label": label(column), "required": required}
    if column.values and column.base == "enum":
        choices = [(code, label(column.labels.get(code) or code)) for code in column.values]
        return forms.ChoiceField(choices=[("", "–"), *choices], **given)
    simple: dict[str, Callable[[], forms.Field]] = {
        "int": lambda: forms.IntegerField(**given),
        "bool": lambda: forms.TypedChoiceField(
            choices=[("", "–"), ("true", _("Có")), ("false", _("Không"))], coerce=lambda v: v == "true", **given
        ),
        "date": lambda: DayField(**given),
        "numbers": lambda: _Read(numbers, help_text=_("Ví dụ: max = 2; head = 10"), **{**given, "required": False}),
        "money": lambda: _Read(money, help_text=_("Ví dụ: 200000 VND (đơn vị nhỏ nhất)"), **given),
        "duration": lambda: _Read(duration, help_text=_("Ví dụ: 5 WD (WD, CD, MONTH)"), **given),
        "list": lambda: _Read(words, help_text=_("Cách nhau bằng dấu phẩy"), **{**given, "required": False}),
    }
    return simple.get(column.base, lambda: forms.CharField(max_length=1000, **given))()
