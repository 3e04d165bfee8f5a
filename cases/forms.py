"""Declared fields as a form: the pages of the applicant and the step page of the officer ask in the same way.

The form reads what was typed, finds the keys of names, and has everything judged by `cases.values`: there is no
second opinion about what a date is. `form.values` are the stored values, `form.raw` what a service would be given.
"""
from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from accounts.clock import local_day, now
from accounts.errors import sentence
from accounts.models import User
from cases.forms_choices import Choices, choices_asked
from cases.forms_fields import field_for, typed_value
from cases.forms_paste import pasted_rows
from cases.forms_widgets import FileChoice, RowsInput
from cases.scalars import is_blank
from cases.typed_names import place_of, with_keys
from cases.values import clean_fields, missing_fields
from workflows.definition import Field, Procedure
from workflows.errors import Reason

Needed = Callable[[Field], bool]


class ValuesForm(forms.Form):
    """A form of declared fields. Computed fields are not asked."""

    use_required_attribute = False

    def __init__(
        self,
        specs: Sequence[Field],
        data: Any = None,
        files: Any = None,
        *,
        initial: Mapping[str, Any] | None = None,
        choices: Mapping[str, Choices] | None = None,
        needed: Needed | None = None,
        siblings: Iterable[Field] = (),
    ) -> None:
        """`initial`: stored values. `needed`: which fields must be there for the form to be valid (default none);
        `siblings`: all fields of the record, for the words of conditions."""
        self.specs = [spec for spec in specs if spec.computed is None]
        self.choices, self.needed = dict(choices or {}), needed
        stored = dict(initial or {})
        typed = {spec.name: typed_value(spec, stored.get(spec.name), self.choices) for spec in self.specs}
        super().__init__(data, files, initial=typed)
        named = {spec.name: spec for spec in [*siblings, *specs]}
        for spec in self.specs:
            self.fields[spec.name] = field_for(spec, self.choices, named, needed=bool(needed and needed(spec)))
            self._let_paste(spec)
        self.values: dict[str, Any] = {}

    def _let_paste(self, spec: Field) -> None:
        widget = self.fields[spec.name].widget
        if isinstance(widget, RowsInput):
            widget.paste = functools.partial(pasted_rows, spec, choices=self.choices)

    # ------------------------------------------------------------------------------------------------ what came
    @property
    def raw(self) -> dict[str, Any]:
        """What was typed, names turned into keys: the input of a service. A blank field is there, blank."""
        if not hasattr(self, "_raw"):
            self._raw, self._unknown = self._read()
        return self._raw

    def _read(self) -> tuple[dict[str, Any], list[Reason]]:
        raw: dict[str, Any] = {}
        unknown: list[Reason] = []
        for spec in self.specs:
            control = self.fields[spec.name]
            value = control.widget.value_from_datadict(self.data, self.files, self.add_prefix(spec.name))
            raw[spec.name] = with_keys(spec, value, self.choices, spec.name, unknown)
            if isinstance(control.widget, RowsInput) and control.widget.cut:
                unknown.append(_too_many(spec, len(value)))
        return raw, unknown

    @property
    def row_changed(self) -> bool:
        """Whether a button between the fields was pressed (a row of a table, a search in a long list): the form is
        shown again with what it brings, and nothing is judged."""
        return self.is_bound and any(_is_button(key, self.specs) for key in self.data)

    @property
    def has_buttons(self) -> bool:
        """Whether buttons stand between the fields, of tables or long lists: Enter must not press one of them."""
        return any(spec.base == "table" for spec in self.specs) or any(c.searched for c in self.choices.values())

    @property
    def status(self) -> int:
        """HTTP status of a page that shows this form."""
        return 422 if self.is_bound and not self.is_valid() else 200

    # -------------------------------------------------------------------------------------------------- judging
    def full_clean(self) -> None:
        super().full_clean()
        if self.row_changed:
            self._errors = forms.utils.ErrorDict()
            self._tell_pasted()

    def _tell_pasted(self) -> None:
        """Say at its table why what was pasted cannot be read as rows."""
        for name in self.fields:
            widget = self.fields[name].widget
            for reason in widget.refused if isinstance(widget, RowsInput) else ():
                self.add_error(name, forms.ValidationError(sentence(reason), code=reason.code))

    def clean(self) -> dict[str, Any]:
        typed = {name: self._without_upload(name, value) for name, value in self.raw.items()}
        values, reasons = clean_fields(self.specs, typed)
        unknown = {reason.path for reason in self._unknown}
        names = {place_of(path)[0] for path in unknown}
        self.values = {name: value for name, value in values.items() if name not in names}
        self.refuse([*self._unknown, *(reason for reason in reasons if not _same_place(reason.path, unknown))])
        if self.needed is not None:
            self._ask_for_missing()
        return self.values

    def _without_upload(self, name: str, value: Any) -> Any:
        """A file that has just come has no id yet; `uploads` hands it over, then `put` gives the id."""
        return "" if isinstance(value, UploadedFile) else value

    def _ask_for_missing(self) -> None:
        wrong, uploads = set(self.errors), set(self.uploads)
        asked = [spec for spec in self.specs if spec.name not in wrong | uploads]
        needed = self.needed or (lambda spec: False)
        present = {name: value for name, value in self.values.items() if not is_blank(value)}
        self.refuse(missing_fields(asked, present, lambda spec, row: needed(spec)))

    def refuse(self, reasons: Iterable[Reason]) -> None:
        """Write reasons (of this form or of a service) to the fields that they are about."""
        for reason in reasons:
            path = reason.path.removeprefix("dossier.").removeprefix("part.").removeprefix("ask.")
            name, cell = place_of(path)
            spec = next((s for s in self.specs if s.name == name), None)
            if spec is None:
                self.add_error(None, sentence(reason))
                continue
            text = _own_words(sentence(reason), spec)
            widget = self.fields[spec.name].widget
            if cell is not None and isinstance(widget, RowsInput):
                widget.faults.setdefault(cell, text.split(": ", 1)[-1])
            self.add_error(spec.name, forms.ValidationError(text, code=reason.code))

    # --------------------------------------------------------------------------------------------------- files
    @property
    def uploads(self) -> dict[str, UploadedFile[Any]]:
        """Files that came with this request, by field; tables carry none."""
        return {name: value for name, value in self.raw.items() if isinstance(value, UploadedFile)}

    def keep(self, name: str, attachment_id: str, file_name: str) -> None:
        """Note that a file is stored: its id is the value, and the page shown again remembers it."""
        widget = self.fields[name].widget
        if isinstance(widget, FileChoice):
            widget.kept_names[attachment_id] = file_name
        self.raw[name] = self.values[name] = attachment_id
        data = cast("QueryDict", self.data).copy()
        files: MultiValueDict[str, UploadedFile[Any]] = MultiValueDict(dict(self.files.lists()))
        data[f"{self.add_prefix(name)}-kept"] = attachment_id
        files.pop(self.add_prefix(name), None)
        self.data, self.files = data, files


def step_form(
    fields: Sequence[Field],
    data: Any = None,
    initial: Mapping[str, Any] | None = None,
    choices: Mapping[str, Choices] | None = None,
    *,
    files: Any = None,
    definition: Procedure | None = None,
    day: dt.date | None = None,
    needed: Needed | None = None,
    siblings: Iterable[Field] = (),
    viewer: User | None = None,
) -> ValuesForm:
    """Return the form of what a step asks. `initial`: stored values; `choices`: lists that stand before the usual ones.

    What is required without a condition must be filled in; conditions are judged by the engine.
    """
    usual = choices_asked(fields, day or local_day(now()), definition, viewer)
    return ValuesForm(
        fields, data, files, initial=initial, choices={**usual, **(choices or {})},
        needed=needed or (lambda spec: spec.required is True), siblings=siblings,
    )


def needed_by(data: Any) -> Needed | None:
    """Return what a form insists on: of one that is only kept (its button is called save) nothing."""
    return (lambda spec: False) if data is not None and "save" in data else None


def _is_button(key: str, specs: Sequence[Field]) -> bool:
    """Whether a key of the data is a button of one of the fields, or of a cell of a table."""
    for spec in specs:
        own = key.removeprefix(spec.name)
        if own == key:
            continue
        if own == "-find" or (spec.base == "table" and own.startswith("-") and own.endswith("-find")):
            return True
        if spec.base == "table" and (own in ("-add", "-again", "-paste") or own.startswith("-remove-")):
            return True
    return False


def _same_place(path: str, told: set[str]) -> bool:
    """Whether a path, or the list that it is an item of, has been told already."""
    return path in told or path.partition("[")[0] in told


def _too_many(spec: Field, read: int) -> Reason:
    """Return that a table came with more rows than its page can have: a request that no page has made."""
    return Reason(
        "too_many_rows",
        f"{spec.vi}: biểu mẫu gửi đến có số dòng không hợp lệ; chỉ đọc {read} dòng đầu và chưa lưu gì",
        f"{spec.en}: the form came with an impossible number of rows; {read} were read and nothing was saved",
        spec.name,
    )


def _own_words(text: str, spec: Field) -> str:
    """Return a reason without the name of the field, which stands above it, beginning with a capital."""
    for label in (spec.vi, spec.en):
        for mark in (": ", ", "):
            text = text.removeprefix(label + mark)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", ")")) else ".")
