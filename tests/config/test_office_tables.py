"""The administrator's pages of the office's tables: what is in force, a row from a day on, who wrote it."""
from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import AccountEvent, User
from cases.models import TableRow
from cases.office import office_rows
from config.trial import address_of
from documents.models import Register

NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
TODAY, EVE, LATER = dt.date(2026, 11, 24), dt.date(2026, 11, 23), dt.date(2026, 12, 1)
GROUND = {"valid_from": TODAY.isoformat(), "valid_to": "", "src": "Quyết định 9/QĐ-SNgV", "confirmed": "on"}


@pytest.fixture(autouse=True)
def _clock(in_province: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", NOW.isoformat())


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=address_of(name)))
    return client


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def filled(path: str, **changes: str) -> dict[str, str]:
    """Return what the form of a row holds, with changes, as a browser sends it."""
    form = signed_in("admin").get(path).context["form"]
    held = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {name: "on" if value is True else str(value) for name, value in held.items() if value not in (None, False)}
    return {**sent, **GROUND, **changes}


def test_the_tables_are_for_the_administrator_alone() -> None:
    fees = "/office/tables/fees/"
    paths = ("/office/tables/", fees, f"{fees}row/", f"{fees}end/?key=ngo_aid")
    for path in paths:
        assert signed_in("admin").get(path).status_code == 200, path
        assert Client().get(path).headers["Location"].startswith("/accounts/login/"), path
        for somebody in ("ha", "lan", "thu"):
            assert signed_in(somebody).get(path).status_code == 404, (path, somebody)


def test_every_table_shows_its_rows() -> None:
    here = signed_in("admin")
    page = text(here.get("/office/tables/"))
    for table in ("office", "consultees", "donors", "sectors", "fees", "retention_rules", "series"):
        assert f"/office/tables/{table}/" in page
        assert 'data-row="' in text(here.get(f"/office/tables/{table}/"))
    assert here.get("/office/tables/nothing/").status_code == 404


def test_a_long_table_takes_no_more_statements(django_assert_max_num_queries: Any) -> None:
    here = signed_in("admin")
    with django_assert_max_num_queries(20):
        assert here.get("/office/tables/countries/").content.count(b"data-row=") > 30


def test_a_new_row_ends_the_present_one_on_the_eve() -> None:
    path = "/office/tables/office/row/?key=office"
    text(signed_in("admin").post(path, filled(path, phone="0299 3888 888")), 302)
    old, new = TableRow.objects.filter(table="office", key="office").order_by("valid_from")
    assert (old.valid_to, new.valid_from, new.valid_to) == (EVE, TODAY, None)
    assert (new.src, new.confirmed, new.revision) == ("Quyết định 9/QĐ-SNgV", True, old.revision + 1)
    now_held = office_rows(TODAY)["office"]
    assert now_held["phone"] == "0299 3888 888"
    assert {k: v for k, v in now_held.items() if k != "phone"} == {k: v for k, v in old.columns.items() if k != "phone"}
    assert office_rows(EVE)["office"] == old.columns
    page = text(signed_in("admin").get("/office/tables/office/"))
    assert "Đã hết hiệu lực" in page
    assert f"lần ghi {new.revision}" in page


def test_a_key_is_added_and_another_removed_in_a_row_of_many() -> None:
    path = "/office/tables/office/row/?key=office"
    more = {"units.+.key": "passport", "units.+.value": "lanh_su_bien_gioi", "modes.consular": ""}
    units = office_rows(TODAY)["office"]["units"]
    text(signed_in("admin").post(path, filled(path, **more)), 302)
    kept = office_rows(TODAY)["office"]
    assert kept["units"] == {**units, "passport": "lanh_su_bien_gioi"}
    assert kept["modes"] == {"consular_authority": "cuc_lanh_su", "passport_channel_b": "on"}


def test_a_signer_is_replaced() -> None:
    path = "/office/tables/office/row/?key=signers"
    text(signed_in("admin").post(path, filled(path, **{"clerk.name": "Lý Thị Mơ"})), 302)
    assert office_rows(TODAY)["signers"]["clerk"] == {"name": "Lý Thị Mơ", "title": "Văn thư"}


@pytest.mark.parametrize(("path", "wrong", "words"), [
    ("office/row/?key=office", {"agency_code": "99"}, "Không đúng dạng."),
    ("office/row/?key=office", {"case_code_pattern": "{seq}"}, "cần {agency_code}"),
    ("office/row/?key=office", {"units.default": "nowhere"}, "Không có đơn vị nowhere"),
    ("office/row/?key=office", {"units.+.key": "x", "units.+.value": "nowhere"}, "Không có đơn vị nowhere"),
    ("office/row/?key=office", {"valid_from": "2026-11-01"}, "Ngày bắt đầu không được trước hôm nay"),
    ("office/row/?key=site", {"url": "hoso"}, "Không đúng dạng."),
    ("fees/row/?key=ngo_aid", {"src": ""}, "error"),
    ("fees/row/?key=ngo_aid", {"minor": "-1"}, "error"),
    ("retention_rules/row/?key=ngo_aid", {"years": ""}, "Ghi số năm, hoặc chọn vĩnh viễn."),
    ("series/row/?key=agency:CV:2026", {"last": "10"}, "Không được dưới 214"),
    ("series/row/", {"key": "agency", "last": "10"}, "Khóa có dạng"),
])  # fmt: skip
def test_what_a_row_cannot_be_comes_back_in_words(path: str, wrong: dict[str, str], words: str) -> None:
    full, before = f"/office/tables/{path}", TableRow.objects.count()
    page = text(signed_in("admin").post(full, filled(full, **wrong)), 422)
    assert words in page
    assert TableRow.objects.count() == before


def test_a_start_number_goes_up_until_the_book_has_given_one() -> None:
    path = "/office/tables/series/row/?key=agency:CV:2026"
    text(signed_in("admin").post(path, filled(path, last="220")), 302)
    assert TableRow.objects.get(table="series", key="agency:CV:2026", valid_to=None).columns == {"last": 220}
    Register.objects.create(series="agency", type_code="", year=2026, last=221)
    page = text(signed_in("admin").post(path, filled(path, last="400")), 422)
    assert "Sổ này đã cấp đến số 221" in page


def test_a_row_is_added_ended_and_stays_readable() -> None:
    here = signed_in("admin")
    added = {**GROUND, "key": "thuy_loi", "vi": "Thủy lợi", "en": "Irrigation"}
    text(here.post("/office/tables/sectors/row/", added), 302)
    text(here.post("/office/tables/sectors/end/?key=thuy_loi", {"last_day": TODAY.isoformat(), "src": "QĐ 10"}), 302)
    row = TableRow.objects.get(table="sectors", key="thuy_loi")
    assert (row.valid_to, row.revision) == (TODAY, 2)
    assert AccountEvent.objects.filter(what="office_row_written", details__key="thuy_loi").count() == 2


def test_what_no_input_can_hold_goes_into_the_next_row_as_it_is() -> None:
    TableRow.objects.filter(table="donors", key="green_river").update(
        columns={"name": "Green River Foundation", "sites": ["99011", "99012"]}
    )
    path = "/office/tables/donors/row/?key=green_river"
    text(signed_in("admin").post(path, filled(path, country="US")), 302)
    held = TableRow.objects.get(table="donors", key="green_river", valid_to=None).columns
    assert held == {"name": "Green River Foundation", "country": "US", "sites": ["99011", "99012"]}


def test_a_row_that_is_to_come_is_shown_and_corrected_before_it_holds() -> None:
    here, path = signed_in("admin"), "/office/tables/fees/row/?key=ngo_aid"
    text(here.post(path, filled(path, minor="50000", valid_from=LATER.isoformat())), 302)
    page = text(here.get("/office/tables/fees/"))
    assert "Sắp có hiệu lực" in page
    coming = f"{path}&from={LATER}"
    assert 'value="50000"' in text(here.get(coming))
    text(here.post(coming, filled(coming, minor="60000", valid_from=LATER.isoformat())), 302)
    held = TableRow.objects.filter(table="fees", key="ngo_aid").order_by("valid_from")
    assert [(r.columns["minor"], r.valid_to) for r in held] == [(0, dt.date(2026, 11, 30)), (60000, None)]


def test_a_row_before_one_to_come_ends_where_that_begins() -> None:
    here, path = signed_in("admin"), "/office/tables/fees/row/?key=ngo_aid"
    text(here.post(path, filled(path, minor="50000", valid_from=LATER.isoformat())), 302)
    text(here.post(path, filled(path, minor="20000")), 302)
    held = TableRow.objects.filter(table="fees", key="ngo_aid").order_by("valid_from")
    assert [r.valid_to for r in held] == [EVE, dt.date(2026, 11, 30), None]
    page = text(here.post(path, filled(path, minor="1", valid_to="2026-12-31")), 422)
    assert "Từ ngày 01/12/2026 đã có dòng khác." in page


def test_the_office_itself_never_ends() -> None:
    assert signed_in("admin").get("/office/tables/office/end/?key=office").status_code == 404
    assert signed_in("admin").get("/office/tables/series/end/?key=agency:CV:2026").status_code == 404
