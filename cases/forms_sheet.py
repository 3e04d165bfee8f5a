"""The form by which rows come in: pasted, or as a file; and what is carried from the dry run to its confirmation."""
from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import sentence
from cases.errors import FileRefused
from cases.sheets import ALLOWED, MOST_LETTERS, Cell, Head, Line, Sheet, SheetRefused, sheet_of_file, sheet_of_text
from cases.store import StoreFailed
from workflows.errors import Reason

APPEND, REPLACE = "append", "replace"
CARRIED = "_rows"
NOT_READ = Reason(
    "store_failed", "Máy chủ chưa nhận được tệp; hãy thử lại sau hoặc dán nội dung bảng",
    "The server could not take the file; try again later or paste the rows",
)


class OneOfTwo:
    """Of two ways one is needed: neither is called optional, the form asks which."""

    def validate(self, value: Any) -> None:
        pass


class Pasted(OneOfTwo, forms.CharField):
    pass


class Uploaded(OneOfTwo, forms.FileField):
    pass


class SheetForm(forms.Form):
    """Where the rows come from, and whether they are put behind those that are there or in their place."""

    use_required_attribute = False
    pasted = Pasted(
        label=_("Dán từ bảng tính"), max_length=MOST_LETTERS, strip=False,
        help_text=_("Chọn các ô trong Excel, cả dòng tiêu đề, chép rồi dán vào đây."),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off", "class": "code"}),
    )
    file = Uploaded(
        label=_("Hoặc tệp bảng tính"), allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    how = forms.ChoiceField(
        label=_("Các dòng đang có"), widget=forms.RadioSelect, initial=APPEND,
        choices=[(APPEND, _("Giữ lại, thêm các dòng mới vào cuối")), (REPLACE, _("Bỏ hết, thay bằng các dòng mới"))],
    )

    def __init__(self, data: Any = None, files: Any = None, *, there: bool, **options: Any) -> None:
        """`there`: whether the table has rows already, so that it must be said what becomes of them."""
        super().__init__(data, files, **options)
        self.too_large = False
        self.fields["file"].help_text = gettext("Tệp .xlsx, tối đa %(most)d MB.") % {"most": ALLOWED.max_mb}
        if not there:
            del self.fields["how"]

    @property
    def replaces(self) -> bool:
        return self.cleaned_data.get("how") == REPLACE

    def sheet(self, heads: Sequence[Head], most: int) -> Sheet | None:
        """Return the rows that came; None when there are none to read, and the form says why."""
        if not self.is_valid():
            return None
        pasted, file = self.cleaned_data.get("pasted", ""), self.cleaned_data.get("file")
        if bool(pasted.strip()) == bool(file):
            both = _("Chỉ chọn một cách: dán hoặc tải tệp.") if file else _("Hãy dán các dòng hoặc chọn một tệp.")
            self.add_error("pasted", both)
            return None
        try:
            if file:
                return sheet_of_file(file, file.name, heads, most)
            return sheet_of_text(pasted, heads, most)
        except SheetRefused as refused:
            self._tell("file" if file else "pasted", refused.reasons)
        except FileRefused as refused:
            self.too_large = refused.too_large
            self._tell("file", [refused.reason])
        except StoreFailed:
            self._tell("file", [NOT_READ])
        return None

    def _tell(self, name: str, reasons: Sequence[Reason]) -> None:
        for reason in reasons:
            self.add_error(name, forms.ValidationError(sentence(reason), code=reason.code))

    @property
    def status(self) -> int:
        if self.too_large:
            return 413
        return 422 if self.is_bound and self.errors else 200


def carry(sheet: Sheet, heads: Sequence[Head]) -> str:
    """Return the rows of a sheet as the page carries them to the confirmation; they are judged again there."""
    names = [head.name for head in heads if head not in sheet.absent]
    lines = [[line.number, *(_carried(line.cells.get(name)) for name in names)] for line in sheet.lines]
    return json.dumps([names, *lines], ensure_ascii=False, separators=(",", ":"))


def _carried(cell: Cell | None) -> str | list[str]:
    """A number of the sheet stands in brackets."""
    if cell is None:
        return ""
    return [cell.text] if cell.number else cell.text


def carried_sheet(text: str, heads: Sequence[Head], most: int) -> Sheet | None:
    """Return the rows that a confirmation brings back; None for what no page of ours has written."""
    try:
        names, *rows = json.loads(text)
        lines = [_line(number, names, cells) for number, *cells in rows]
    except (ValueError, TypeError, IndexError, RecursionError):
        return None
    fits = 0 < len(lines) <= most and set(names) <= {head.name for head in heads}
    return Sheet(lines, [head for head in heads if head.name not in names]) if fits else None


def _line(number: Any, names: list[str], cells: list[Any]) -> Line:
    numbers = [isinstance(cell, list) for cell in cells]
    texts = [str(cell[0]) if is_number else str(cell) for cell, is_number in zip(cells, numbers, strict=True)]
    filled = zip(names, texts, numbers, strict=True)
    return Line(int(number), {name: Cell(text, is_number) for name, text, is_number in filled if text})
