"""Typed input into stored form, and back for people: every type, good and bad."""
from __future__ import annotations

import datetime as dt
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import InputFaults
from cases.money import CURRENCIES, minor_digits, parsed, shown_money
from cases.values import clean_fields, clean_value, missing_fields, shown, to_facts
from workflows.definition import Field

FILE_ID = "0193c8a0-7b1e-7000-8000-0123456789ab"


def field(type_: str, **more) -> Field:
    return Field(**({"name": "x", "vi": "Trường", "en": "Field", "type": type_} | more))


NAME = field("text", name="full_name", vi="Họ và tên", en="Full name", required=True, min_len=2, max_len=100)
BORN = field("date", name="born_on", vi="Ngày sinh", en="Date of birth")
COST = field("money", name="cost", vi="Kinh phí", en="Cost")
MEMBERS = field("table", name="members", vi="Thành viên đoàn", en="Members", columns=(NAME, BORN, COST),
                min_rows=1, max_rows=3)
WOMAN = {"nu": {"vi": "Nữ", "en": "Female"}}


def code_of(spec: Field, raw) -> str:
    with pytest.raises(InputFaults) as fault:
        clean_value(spec, raw)
    return fault.value.reasons[0].code


@pytest.mark.parametrize(("spec", "raw", "stored"), [
    (field("text"), "  Nguyễn Thị Lan ", "Nguyễn Thị Lan"),
    (field("text"), unicodedata.normalize("NFD", "Nguyễn Thị Lan"), "Nguyễn Thị Lan"),
    (field("text"), "a\tb", "a b"),
    (field("text"), "=SUM(A1) {{7*7}} <b>&", "=SUM(A1) {{7*7}} <b>&"),
    (field("long_text"), "dòng 1\r\ndòng 2", "dòng 1\ndòng 2"),
    (field("email"), "lan@vidu.vn", "lan@vidu.vn"),
    (field("int"), 12, 12),
    (field("int"), " 1.500 ", 1500),
    (field("int"), "-3", -3),
    (field("bool"), "có", True),
    (field("bool"), "off", False),
    (field("bool"), False, False),
    (field("date"), "24/11/2026", "2026-11-24"),
    (field("date"), "1-2-2026", "2026-02-01"),
    (field("date"), "2026-11-24", "2026-11-24"),
    (field("date"), dt.date(2026, 11, 24), "2026-11-24"),
    (field("datetime"), "24/11/2026 09:00", "2026-11-24T09:00"),
    (field("datetime"), "2026-11-24T09:00:00", "2026-11-24T09:00"),
    (field("enum(nam, nu)"), "nu", "nu"),
    (field("enum(config.ranks)"), "chuyen_vien", "chuyen_vien"),
    (field("country"), "JP", "JP"),
    (field("person"), FILE_ID, FILE_ID),
    (field("ref(donors)"), "D-001", "D-001"),
    (field("file"), FILE_ID.upper(), FILE_ID),
    (field("money"), "1.234.567,89 USD", {"minor": 123456789, "currency": "USD"}),
    (field("money"), "1 234,5 eur", {"minor": 123450, "currency": "EUR"}),
    (field("money"), {"amount": "15.000.000", "currency": "vnd"}, {"minor": 15000000, "currency": "VND"}),
    (field("money"), {"minor": 5, "currency": "USD"}, {"minor": 5, "currency": "USD"}),
    (field("list(text)"), "một\n\nhai\nmột", ["một", "hai"]),
    (field("list(enum(y_te, giao_duc))"), ["y_te", "", "giao_duc", "y_te"], ["y_te", "giao_duc"]),
    (field("list(int)"), ["1", 2], [1, 2]),
    (field("table", columns=(NAME,)), [{"full_name": "Minh"}, {"full_name": " "}], [{"full_name": "Minh"}]),
])
def test_what_people_type_becomes_the_stored_form(spec, raw, stored):
    assert clean_value(spec, raw) == stored


@pytest.mark.parametrize(("spec", "raw", "code"), [
    (field("text"), 5, "not_text"),
    (field("text"), ["a"], "not_text"),
    (field("text"), "a\x00b", "control_character"),
    (field("text"), "a\nb", "control_character"),
    (field("text"), "a\ud800", "control_character"),
    (field("text"), "a\u2028b", "control_character"),
    (field("long_text"), "a\x1bb", "control_character"),
    (field("text"), "a" * 1001, "too_long"),
    (field("text", max_len=3), "abcd", "too_long"),
    (field("long_text", min_len=20), "ngắn", "too_short"),
    (field("text", pattern=r"^\d{12}$|^\d{10}(-\d{3})?$"), "12345", "pattern"),
    (field("text", pattern=r"\d{12}"), "0123456789012", "pattern"),
    (field("email"), "lan@", "not_email"),
    (field("email"), "lan@vidu.vn\nBcc: x@y.vn", "control_character"),
    (field("int"), "1,5", "not_int"),
    (field("int"), "1.50", "not_int"),
    (field("int"), 1.0, "not_int"),
    (field("int"), True, "not_int"),
    (field("int"), "٣", "not_int"),
    (field("int"), "9" * 5000, "not_int"),
    (field("int"), 2**53, "too_large"),
    (field("int", min=1), 0, "too_small"),
    (field("int", max=5), "6", "too_large"),
    (field("bool"), "maybe", "not_bool"),
    (field("bool"), 1, "not_bool"),
    (field("date"), "31/02/2026", "not_date"),
    (field("date"), "11/24/2026", "not_date"),
    (field("date"), "2026-W48-2", "not_date"),
    (field("date"), "24/11/26", "not_date"),
    (field("date"), "01/01/0001", "not_date"),
    (field("date"), 20260101, "not_date"),
    (field("datetime"), "24/11/2026 25:00", "not_datetime"),
    (field("enum(nam, nu)"), "khac", "not_a_choice"),
    (field("file"), "../../etc/passwd", "not_a_file"),
    (field("file"), 7, "not_a_file"),
    (field("money"), "1.234.567,89", "unknown_currency"),
    (field("money"), "10 XXX", "unknown_currency"),
    (field("money"), "10 KWD", "unknown_currency"),
    (field("money"), "1,234.56 USD", "not_money"),
    (field("money"), "1.5 USD", "not_money"),
    (field("money"), "-5 USD", "not_money"),
    (field("money"), "100,5 VND", "not_money"),
    (field("money"), "1e9 USD", "not_money"),
    (field("money"), {"minor": 1.5, "currency": "USD"}, "not_money"),
    (field("money"), {"minor": True, "currency": "USD"}, "not_money"),
    (field("money"), {"minor": 2**53, "currency": "USD"}, "not_money"),
    (field("money"), {"amount": "1", "currency": "USD", "rate": "2"}, "not_money"),
    (field("money"), 15000000, "unknown_currency"),
    (field("money", min=1), "0,99 USD", "too_small"),
    (field("list(int)"), {"a": 1}, "not_a_list"),
    (field("list(int)"), ["1", "x"], "not_int"),
    (field("list(text)", max_rows=1), ["a", "b"], "too_many_rows"),
    (field("table", columns=(NAME,)), "Lan", "not_a_table"),
    (field("table", columns=(NAME,)), ["Lan"], "not_a_table"),
    (field("table", columns=(NAME,)), [{"full_name": "Lan"}] * 501, "too_many_rows"),
    (field("table", columns=(NAME,), min_rows=2), [{"full_name": "Lan"}], "too_few_rows"),
])
def test_what_does_not_fit_is_refused_with_its_code(spec, raw, code):
    assert code_of(spec, raw) == code


@pytest.mark.parametrize("raw", [None, "", "  \n", [], {}])
@pytest.mark.parametrize("type_", ["text", "int", "date", "money", "list(text)", "table", "bool", "file"])
def test_nothing_typed_is_no_value_and_no_fault(type_, raw):
    assert clean_fields([field(type_)], {"x": raw}) == ({}, [])


def test_an_amount_left_empty_beside_its_currency_is_no_value():
    assert clean_fields([COST], {"cost": {"amount": "", "currency": "VND"}}) == ({}, [])


def test_the_fault_of_a_cell_names_row_and_column():
    rows = [{"full_name": "Lan"}, {"full_name": "Minh"}, {"full_name": "H", "born_on": "31/02/1990"}]
    values, reasons = clean_fields([MEMBERS], {"members": rows})
    assert values == {}
    assert [r.path for r in reasons] == ["members[2].full_name", "members[2].born_on"]
    assert reasons[0].vi == "Thành viên đoàn, dòng 3, Họ và tên: phải có ít nhất 2 ký tự (đang có 1)"
    assert reasons[1].en == "Members, row 3, Date of birth: must be a real day, for example 24/11/2026"


def test_good_values_are_kept_beside_bad_ones():
    values, reasons = clean_fields([NAME, BORN], {"full_name": "Lan", "born_on": "hôm qua"})
    assert (values, [r.path for r in reasons]) == ({"full_name": "Lan"}, ["born_on"])


def test_an_unknown_name_is_refused_with_the_nearest_one():
    reason = clean_fields([NAME, BORN], {"born_in": "1990"})[1][0]
    assert (reason.code, reason.path) == ("unknown_field", "born_in")
    assert reason.vi == "Không có trường “born_in”; gần nhất: born_on"


def test_a_name_that_is_no_name_is_not_echoed():
    reason = clean_fields([NAME], {"<script>\n": "1"})[1][0]
    assert (reason.path, "<script>" in reason.vi + reason.en) == ("?", False)


def test_an_unknown_column_is_refused_in_its_row():
    reason = clean_fields([MEMBERS], {"members": [{"full_name": "Lan", "post": "x"}]})[1][0]
    assert (reason.code, reason.path) == ("unknown_field", "members[0].post")


def test_a_computed_field_cannot_be_typed_in():
    total = field("int", name="total", computed="1 + 1")
    assert clean_fields([total], {"total": 3})[1][0].code == "computed_field"


def test_the_sentence_about_a_pattern_carries_the_help_of_the_field():
    spec = field("text", pattern=r"0\d{9}", help={"vi": "10 chữ số, bắt đầu bằng 0", "en": "10 digits from 0"})
    assert clean_fields([spec], {"x": "123"})[1][0].vi == "Trường: không đúng dạng (10 chữ số, bắt đầu bằng 0)"


def test_the_choices_are_named_by_their_labels():
    spec = field("enum(nam, nu)", labels={"nam": {"vi": "Nam", "en": "Male"}, "nu": {"vi": "Nữ", "en": "Female"}})
    assert clean_fields([spec], {"x": "khac"})[1][0].vi == "Trường: phải chọn một trong: Nam, Nữ"


def test_a_hostile_pattern_and_value_take_linear_time():
    began = time.perf_counter()
    assert code_of(field("long_text", pattern="(a+)+$"), "a" * 19_999 + "!") == "pattern"
    assert time.perf_counter() - began < 0.5


def test_missing_values_are_named_down_to_the_cell():
    stored = {"members": [{"full_name": "Lan"}, {"born_on": "1990-01-01"}]}
    reasons = missing_fields([NAME, MEMBERS], stored, lambda f, row: f.required is True)
    assert [(r.path, r.vi) for r in reasons] == [
        ("full_name", "Họ và tên: chưa có"),
        ("members[1].full_name", "Thành viên đoàn, dòng 2, Họ và tên: chưa có"),
    ]


def test_facts_are_stored_values_with_days_as_numbers():
    days = field("list(date)", name="days")
    stored = {"full_name": "Lan", "born_on": "1970-01-02", "members": [{"born_on": "1970-01-11"}],
              "days": ["1970-01-01"], "other": "left out"}
    assert to_facts([NAME, BORN, MEMBERS, days], stored) == \
        {"full_name": "Lan", "born_on": 1, "members": [{"born_on": 10}], "days": [0]}


def test_a_moment_is_the_number_of_its_day_for_guards():
    assert to_facts([field("datetime")], {"x": "1970-01-03T23:59"}) == {"x": 2}


@pytest.mark.parametrize(("spec", "stored", "vi", "en"), [
    (BORN, "2026-11-24", "24/11/2026", "24/11/2026"),
    (field("datetime"), "2026-11-24T09:00", "24/11/2026 09:00", "24/11/2026 09:00"),
    (COST, {"minor": 123456789, "currency": "USD"}, "1.234.567,89 USD", "1,234,567.89 USD"),
    (COST, {"minor": 15000000, "currency": "VND"}, "15.000.000 VND", "15,000,000 VND"),
    (COST, {"minor": 5, "currency": "USD"}, "0,05 USD", "0.05 USD"),
    (field("bool"), False, "Không", "No"),
    (field("int"), 2026, "2026", "2026"),
    (field("int"), 1234567, "1.234.567", "1,234,567"),
    (field("enum(nu)", labels=WOMAN), "nu", "Nữ", "Female"),
    (field("enum(nu)"), "nu", "nu", "nu"),
    (field("list(enum(nu, nam))", labels=WOMAN), ["nu", "nam"], "Nữ, nam", "Female, nam"),
    (MEMBERS, [{"full_name": "Lan", "born_on": "1990-01-02"}, {"full_name": "Hà"}], *["Lan, 02/01/1990; Hà"] * 2),
    (NAME, None, "", ""),
])
def test_people_read_values_in_their_language(spec, stored, vi, en):
    assert (shown(spec, stored, "vi"), shown(spec, stored, "en")) == (vi, en)


@given(st.integers(0, 2**53 - 1), st.sampled_from(sorted(CURRENCIES)))
def test_money_shown_in_vietnamese_is_read_back_as_the_same_amount(minor, currency):
    text = shown_money({"minor": minor, "currency": currency}, "vi")
    assert clean_value(COST, text) == {"minor": minor, "currency": currency}


@given(st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)))
def test_a_day_shown_is_read_back_as_the_same_day(day):
    stored = clean_value(BORN, day)
    assert clean_value(BORN, shown(BORN, stored, "vi")) == stored


@given(st.text())
def test_any_text_is_either_kept_in_nfc_or_refused(text):
    values, reasons = clean_fields([field("long_text")], {"x": text})
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ")).strip()
    assert reasons or values.get("x", "") == kept


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8,
)
ALL_TYPES = ["text", "long_text", "email", "int", "money", "date", "datetime", "bool", "enum(a, b)", "list(int)",
             "list(text)", "country", "org", "person", "admin_unit", "ref(x)", "file", "place", "language"]
ROWS = st.lists(st.dictionaries(st.sampled_from(["full_name", "born_on", "cost", "zzz"]), JSON, max_size=3), max_size=4)


@given(st.sampled_from(ALL_TYPES), JSON)
def test_no_input_whatever_breaks_the_reading(type_, raw):
    values, reasons = clean_fields([field(type_)], {"x": raw})
    assert not (values and reasons)


@given(ROWS)
def test_no_table_whatever_breaks_the_reading(rows):
    values, reasons = clean_fields([MEMBERS], {"members": rows})
    assert not (values and reasons)


def test_currencies_have_no_or_two_minor_digits():
    assert {minor_digits(currency) for currency in CURRENCIES} == {0, 2}
    assert parsed("1.000", "VND") == {"minor": 1000, "currency": "VND"}


class TestNumbersOfRows:
    NUMBERED = field("table", name="papers", columns=(field("int", name="row_no"), field("text", name="title")))

    def cleaned(self, *rows: dict[str, object]) -> list[object]:
        return [row["row_no"] for row in clean_value(self.NUMBERED, list(rows))]

    def test_rows_left_without_a_number_take_the_next(self) -> None:
        assert self.cleaned({"title": "a"}, {"row_no": "4", "title": "b"}, {"title": "c"}) == [5, 4, 6]

    def test_of_a_list_of_rows_each_is_read_as_a_number(self) -> None:
        assert clean_value(field("rows(papers)"), ["1", "3", "1"]) == [1, 3]
        with pytest.raises(InputFaults):
            clean_value(field("rows(papers)"), ["x"])
