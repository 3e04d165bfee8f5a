"""Declared fields as a form: one control for each type, what is typed survives, what is wrong is said at its place."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from cases.forms import ValuesForm, step_form
from cases.forms_choices import Choices
from cases.forms_words import in_words
from cases.scalars import is_blank
from workflows.definition import Field

DAY = dt.date(2026, 3, 3)
TOWNS = {str(number): f"Xã Thứ {number}" for number in range(60)}
FEW = {"a": "Phường An", "b": "Xã Bình"}


def spec(name: str, kind: str, **more: Any) -> Field:
    return Field(name=name, vi=f"Trường {name}", en=f"Field {name}", type=kind, **more)


FIELDS = [
    spec("title", "text", required=True, min_len=3),
    spec("note", "long_text"),
    spec("mail", "email"),
    spec("count", "int", min=1, max=9),
    spec("price", "money"),
    spec("day", "date"),
    spec("at", "datetime"),
    spec("yes", "bool", required=True),
    spec("maybe", "bool"),
    spec("kind", "enum(x, y)", labels={"x": {"vi": "Ích", "en": "Ex"}, "y": {"vi": "Y dài", "en": "Why"}}),
    spec("kinds", "list(enum(x, y))", labels={"x": {"vi": "Ích", "en": "Ex"}, "y": {"vi": "Y dài", "en": "Why"}}),
    spec("words", "list(text)"),
    spec("town", "admin_unit"),
    spec("towns", "list(admin_unit)"),
    spec("far", "ref(far)"),
    spec("file", "file"),
    spec(
        "rows",
        "table",
        min_rows=1,
        columns=(
            spec("name", "text", required=True),
            spec("born", "date"),
            spec("from", "ref(far)"),
        ),
    ),
    spec("sum", "int", computed="1 + 1"),
]
LISTS = {"town": Choices(FEW), "towns": Choices(FEW), "far": Choices(TOWNS), "rows.from": Choices(TOWNS)}


def form(data: dict[str, Any] | None = None, initial: dict[str, Any] | None = None, **more: Any) -> ValuesForm:
    sent = QueryDict(mutable=True)
    for name, value in (data or {}).items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    return step_form(FIELDS, sent if data is not None else None, initial, LISTS, day=DAY, **more)


GOOD: dict[str, Any] = {
    "title": "Một tên",
    "note": "hai\r\ndòng",
    "mail": "lan@vidu.vn",
    "count": "7",
    "price": "1.234,50",
    "price-currency": "USD",
    "day": "24/11/2026",
    "at": "24/11/2026 09:00",
    "yes": "true",
    "kind": "y",
    "kinds": ["x", "y"],
    "words": "một\nhai\n",
    "town": "a",
    "towns": ["b"],
    "far": "xã thứ 7",
    "rows-rows": "2",
    "rows-0-name": "Ba",
    "rows-0-born": "01/02/1990",
    "rows-0-from": "Xã Thứ 8",
    "rows-1-name": "",
    "rows-1-born": "",
    "rows-1-from": "",
}
STORED = {
    "title": "Một tên",
    "note": "hai\ndòng",
    "mail": "lan@vidu.vn",
    "count": 7,
    "price": {"minor": 123450, "currency": "USD"},
    "day": "2026-11-24",
    "at": "2026-11-24T09:00",
    "yes": True,
    "kind": "y",
    "kinds": ["x", "y"],
    "words": ["một", "hai"],
    "town": "a",
    "towns": ["b"],
    "far": "7",
    "rows": [{"name": "Ba", "born": "1990-02-01", "from": "8"}],
}


@pytest.mark.django_db
def test_every_type_is_read_into_its_stored_form() -> None:
    made = form(GOOD)
    assert made.is_valid(), made.errors
    assert made.values == STORED


@pytest.mark.django_db
def test_stored_values_come_back_as_people_type_them_and_read_the_same() -> None:
    shown = form(initial=STORED)
    text = str(shown)
    for written in ("1.234,50", "24/11/2026", "24/11/2026 09:00", "Xã Thứ 7", "Xã Thứ 8", "01/02/1990"):
        assert f'value="{written}"' in text, written
    again = {name: value for name, value in typed_of(text).items() if not is_blank(value)}
    assert form(again).values == {} or form(again).is_valid()


def typed_of(text: str) -> dict[str, Any]:
    """Return what a browser would send of the text inputs of a form as it is shown."""
    return dict(re.findall(r'<input type="(?:text|email|hidden)" name="([^"]+)" value="([^"]*)"', text)) | {
        "title": "Một tên",
        "yes": "true",
    }


@pytest.mark.django_db
def test_a_computed_field_is_not_asked() -> None:
    assert "sum" not in form().fields


WRONG = {
    "title": "ab",
    "mail": "lan",
    "count": "0",
    "price": "-5",
    "day": "31/02/2026",
    "at": "24/11/2026 25:00",
    "yes": "có lẽ",
    "kind": "z",
    "kinds": ["x", "z"],
    "town": "Xã Khác",
    "towns": ["b", "zz"],
    "far": "Xã Thứ",
    "file": "không phải mã",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_told_at_its_field_and_stays_typed(name: str) -> None:
    key = "file-kept" if name == "file" else name
    made = form({**GOOD, key: WRONG[name]})
    assert not made.is_valid()
    assert set(made.errors) == {name}
    said = str(made.errors[name][0])
    assert not said.startswith("Trường"), said
    assert said[0].isupper()
    if isinstance(WRONG[name], str) and name not in ("yes", "kind", "town", "file"):
        assert f'value="{WRONG[name]}"' in str(made[name])


@pytest.mark.django_db
def test_a_name_that_is_nearly_right_is_answered_with_the_nearest() -> None:
    made = form({**GOOD, "far": "Thứ 59"})
    assert "Xã Thứ 59" in made.errors["far"][0]


@pytest.mark.django_db
def test_what_is_required_and_missing_is_told_once() -> None:
    made = form({"mail": "lan@vidu.vn"})
    assert set(made.errors) == {"title", "yes"}
    with translation.override("en"):
        assert form({"mail": "a@b.vn"}).errors["title"] == ["Missing."]


@pytest.mark.django_db
def test_a_form_for_drafts_asks_for_nothing() -> None:
    assert form({"mail": ""}, needed=lambda field: False).is_valid()


@pytest.mark.django_db
def test_a_wrong_cell_is_told_at_the_cell() -> None:
    made = form({**GOOD, "rows-1-name": "Tư", "rows-1-born": "32/01/1990", "rows-1-from": "Xã Không Có"})
    assert not made.is_valid()
    text = str(made["rows"])
    assert 'id="id_rows-1-born_error"' in text
    assert 'id="id_rows-1-from_error"' in text
    assert 'id="id_rows-0-born_error"' not in text
    assert 'value="32/01/1990"' in text


@pytest.mark.django_db
def test_a_missing_cell_of_a_row_is_told() -> None:
    made = form({**GOOD, "rows-1-born": "01/01/1990"})
    assert not made.is_valid()
    assert 'id="id_rows-1-name_error"' in str(made["rows"])


@pytest.mark.django_db
def test_rows_are_added_and_taken_out_without_judging_anything() -> None:
    more = form({**GOOD, "title": "", "rows-add": "1"})
    assert more.row_changed
    assert (more.status, more.errors) == (200, {})
    assert 'name="rows-rows" value="3"' in str(more["rows"])
    fewer = form({**GOOD, "rows-1-name": "Tư", "rows-remove-0": "1"})
    assert 'value="Tư"' in str(fewer["rows"])
    assert 'value="Ba"' not in str(fewer["rows"])


@pytest.mark.django_db
@pytest.mark.parametrize("count", ["-1", "x", "99999999999999", "²"])
def test_a_count_of_rows_that_nobody_typed_is_no_row(count: str) -> None:
    assert form({**GOOD, "rows-rows": count}).raw["rows"] == []


@pytest.mark.django_db
def test_an_upload_is_handed_over_and_its_id_stays_chosen() -> None:
    sent = QueryDict(mutable=True)
    sent.update({"title": "Một tên", "yes": "true"})
    files = MultiValueDict({"file": [SimpleUploadedFile("a.pdf", b"%PDF-1.4")]})
    made = step_form(FIELDS, sent, None, LISTS, files=files, day=DAY)
    assert made.is_valid(), made.errors
    assert list(made.uploads) == ["file"]
    made.keep("file", "01a218d4-341a-7b64-92f2-77457aa43583", "a.pdf")
    text = str(made["file"])
    assert "a.pdf" in text
    assert 'name="file-kept" value="01a218d4-341a-7b64-92f2-77457aa43583"' in text
    assert made.uploads == {}


@pytest.mark.django_db
def test_controls_fit_their_lists() -> None:
    text = {name: str(bound) for name, bound in ((b.name, b) for b in form())}
    assert "<datalist" in text["far"]
    assert "<select" in text["town"]
    assert text["towns"].count('type="checkbox"') == 2
    assert text["kind"].count('type="radio"') == 3
    assert text["yes"].count('type="radio"') == 2
    assert "checked" not in text["yes"]
    assert text["maybe"].count('type="radio"') == 3
    for drawn in text.values():
        assert "style=" not in drawn
        assert "<script" not in drawn
        assert "onclick" not in drawn


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("dossier.kind == 'x'", "“Trường kind” là “Ích”"),
        ("dossier.kind != 'x'", "“Trường kind” không phải là “Ích”"),
        ("dossier.yes", "“Trường yes” là “Có”"),
        ("!dossier.yes", "“Trường yes” là “Không”"),
        ("dossier.price.minor > 0", "“Trường price” > 0"),
        ("dossier.count >= 3", "“Trường count” ≥ 3"),
        ("dossier.kind in ['x', 'y']", "“Trường kind” là “Ích” hoặc “Y dài”"),
        ("!(dossier.kind in ['x'])", "“Trường kind” không phải là “Ích”"),
        ("dossier.yes && dossier.kind == 'x'", "“Trường yes” là “Có” và “Trường kind” là “Ích”"),
        ("dossier.yes || dossier.maybe", "“Trường yes” là “Có” hoặc “Trường maybe” là “Có”"),
        ("dossier.kinds.size() > 0", ""),
        ("dossier.unknown == 'x'", ""),
        ("in_force('a', dossier.town, now_day)", ""),
        ("dossier.title", ""),
        ("not cel at all", ""),
    ],
)
def test_simple_conditions_are_put_into_words(condition: str, words: str) -> None:
    assert in_words(condition, {field.name: field for field in FIELDS}) == words


def test_who_sees_a_sensitive_value_is_told_where_it_is_asked() -> None:
    secret = spec("account", "text", sensitive=True, visible_to=("applicant", "specialist"))
    told = ValuesForm([secret])["account"].help_text
    assert "Chuyên viên thụ lý" in told
    with translation.override("en"):
        assert "Case officer" in ValuesForm([secret])["account"].help_text
