"""The register as pages: filter, figures, rows, a new row, the count; as .docx and .xlsx exactly what is filtered."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import docx
import openpyxl
import pytest
from django.test import Client

from accounts.models import RoleHeld
from cases.errors import ProcedureUnknown
from cases.models import Case, Event, LinkedCase, ViewLog
from cases.presentation.ledger import Reader
from cases.procedures import definition_by
from cases.services import book_of, open_case
from documents.ledger_export import as_docx
from tests.cases.ledgers.custody import NOW, OF_HEALTH, PASSPORT, STORE, handed_out, of_health, passport, step, stored
from tests.procedures.province import case_at
from tests.procedures.runner import person

REGISTER = "/ledgers/passport_custody/"
PURPOSE = {"purpose": "Kiểm tra trước chuyến đi"}


@pytest.fixture(autouse=True)
def _in_province(in_province: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", (NOW + dt.timedelta(hours=1)).isoformat())


def signed_in(who: str) -> Client:
    client = Client()
    client.force_login(person(who))
    return client


def page(who: str, address: str, status: int = 200) -> str:
    answer = signed_in(who).get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def rows(text: str) -> list[str]:
    return re.findall(r'<tr data-case-state="\w+" data-row="([^"]+)"', text)


def test_the_register_is_in_the_navigation_of_who_works_with_it() -> None:
    assert 'href="/ledgers/"' in page("ngan", "/")
    assert 'href="/ledgers/"' not in page("minh", "/")
    assert "Không có sổ nào" in page("minh", "/ledgers/")
    page("minh", REGISTER, status=404)
    page("ngan", "/ledgers/khong_co/", status=404)


def test_each_keeper_sees_the_rows_of_the_own_agency_and_the_leader_all() -> None:
    ours, theirs = stored(), of_health()

    assert rows(page("ngan", REGISTER)) == [ours.code]
    assert rows(page("hoa", REGISTER)) == [theirs.code]
    assert rows(page("binh", REGISTER)) == [ours.code, theirs.code]
    assert rows(page("binh", f"{REGISTER}?agency=department_of_health")) == [theirs.code]


def test_the_filter_narrows_by_state_lateness_expiry_and_name() -> None:
    kept = stored(passport_number="S1", holder_name="Nguyễn Thị Đào", expires_on="2027-03-01", issued_on="2024-01-01")
    out = handed_out()
    late = passport(passport_number="S3")
    Case.objects.filter(pk=late.pk).update(attributes={"late_since": "2026-11-01"})

    asked = {
        "?state=handed_out": [out.code],
        "?late=on": [late.code],
        "?months=6": [kept.code],
        "?q=nguyen+dao": [kept.code],
        "?q=s-0012345": [out.code],
        f"?q={late.code.lower()}": [late.code],
        "?state=in_custody&q=ha": [],
    }
    assert {query: rows(page("ngan", REGISTER + query)) for query in asked} == asked


def test_a_wrong_filter_is_told_at_its_field() -> None:
    stored()

    text = page("ngan", f"{REGISTER}?state=khong_co&months=99")

    assert "field--bad" in text
    assert "Có mục cần sửa" in text


def test_numbers_are_masked_until_somebody_says_what_for_and_each_look_is_recorded() -> None:
    row = stored()
    assert "S0012345" not in page("ngan", REGISTER)

    ngan = signed_in("ngan")
    assert ngan.post(REGISTER, {"purpose": ""}).status_code == 422
    shown = ngan.post(f"{REGISTER}?state=in_custody", PURPOSE).content.decode()

    assert "S0012345" in shown
    look = ViewLog.objects.get(case=row)
    assert (look.person, look.purpose) == (str(person("ngan").pk), PURPOSE["purpose"])
    assert look.what == "ledger:passport_number"


def test_whose_role_may_not_see_numbers_sees_none_even_with_a_purpose() -> None:
    stored()

    assert "S0012345" not in signed_in("van").post(REGISTER, PURPOSE).content.decode()


def test_the_page_of_a_row_offers_its_steps_and_tells_its_history() -> None:
    row = stored()

    text = page("ngan", f"/cases/{row.code}/")

    assert f'href="/cases/{row.code}/do/hand_out/"' in text
    assert "Nhận giữ hộ chiếu" in text
    assert "Két số 2, ngăn 4" in text
    assert "S0012345" not in text
    assert "Mã nộp" not in text
    page("hoa", f"/cases/{row.code}/", status=404)
    page("hoa", f"/cases/{row.code}/do/hand_out/", status=404)


def test_the_holder_sees_the_own_row_and_its_slip_and_nothing_of_the_offices_work() -> None:
    row = stored()
    step(row, "ngan", "note_holder_change", content="Có tin sẽ chuyển công tác.")

    text = page("ha", f"/cases/{row.code}/")

    assert "Biên bản (phiếu) giao nhận hộ chiếu" in text
    assert "Có tin sẽ chuyển công tác" not in text
    assert "/do/" not in text
    page("lan", f"/cases/{row.code}/", status=404)


def test_a_step_is_taken_on_the_page_of_steps_and_leads_back_to_the_row() -> None:
    row = passport()
    ngan, address = signed_in("ngan"), f"/cases/{row.code}/do/store/"
    hidden = dict(re.findall(r'name="(_version|_key)" value="([^"]*)"', ngan.get(address).content.decode()))

    refused = ngan.post(address, {**hidden, "safe_place": "Két số 1"})
    taken = ngan.post(address, {**hidden, "safe_place": "Két số 1", "confirm": "signed_by_both"})

    assert refused.status_code == 422
    assert taken.status_code == 303
    assert taken["Location"].startswith(f"/cases/{row.code}/?done=")
    assert ngan.get(taken["Location"]).status_code == 200


def typed(**changed: Any) -> dict[str, Any]:
    return {**PASSPORT, "has_chip": "true", "holder_account": "", **changed}


def test_a_row_is_added_on_its_page_once() -> None:
    ngan = signed_in("ngan")

    added = ngan.post(f"{REGISTER}new/", {**typed(), "_key": "a-key-of-the-form"})
    again = ngan.post(f"{REGISTER}new/", {**typed(), "_key": "a-key-of-the-form"})
    twice = ngan.post(f"{REGISTER}new/", typed())

    assert (added.status_code, added["Location"]) == (303, "/cases/SHC-00001/")
    assert again["Location"] == added["Location"]
    assert twice.status_code == 422
    assert "Trong sổ đã có một dòng" in twice.content.decode()
    assert Case.objects.filter(kind="row").count() == 1


def test_what_is_wrong_on_the_page_of_a_new_row_is_told_at_its_field_and_kept() -> None:
    given = typed(holder_id_no="123", expires_on="31/13/2030", holder_name="")
    wrong = signed_in("ngan").post(f"{REGISTER}new/", given)

    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert text.count("field--bad") == 3
    assert 'value="S0012345"' in text
    assert signed_in("ngan").post(f"{REGISTER}new/", typed(**OF_HEALTH)).status_code == 422
    page("binh", f"{REGISTER}new/", status=404)


def test_a_new_row_is_put_right_on_a_page_until_it_is_first_used() -> None:
    row = passport()
    ngan, address = signed_in("ngan"), f"/cases/{row.code}/row/"
    assert address in page("ngan", f"/cases/{row.code}/")
    hidden = dict(re.findall(r'name="(_version|_key)" value="([^"]*)"', ngan.get(address).content.decode()))

    right = ngan.post(address, {**typed(passport_number="S7654321"), **hidden})
    late = ngan.post(address, {**typed(passport_number="S1111111"), **hidden})

    row.refresh_from_db()
    assert (right.status_code, late.status_code) == (303, 409)
    assert row.dossier["passport_number"] == "S7654321"
    step(row, "ngan", "store", **STORE)
    page("ngan", address, status=404)
    page("binh", address, status=404)


def test_a_row_has_no_page_of_filing_and_a_ledger_takes_no_case() -> None:
    row = passport()

    assert signed_in("ngan").get(f"/cases/{row.code}/edit/").status_code in (302, 404)
    page("lan", "/procedures/passport_custody/", status=404)
    page("lan", "/procedures/passport_custody/new/", status=404)
    with pytest.raises(ProcedureUnknown):
        open_case(procedure="passport_custody", actor=person("lan"), now=NOW)


def test_a_linked_case_and_its_row_show_each_other() -> None:
    aid, row = case_at("received").case, stored()
    LinkedCase.objects.create(kind="trip", case=row, other=aid, procedure="ngo_aid", status="linked", created_at=NOW)

    seen_by_leader = page("binh", f"/cases/{aid.code}/")
    seen_by_officer = page("son", f"/cases/{aid.code}/")

    assert f'href="/cases/{row.code}/"' in seen_by_leader
    assert "Đang lưu giữ" in seen_by_leader
    assert f'href="/cases/{row.code}/"' not in seen_by_officer
    assert aid.code in page("binh", f"/cases/{row.code}/")


def count(who: str, **typed_in: str) -> Any:
    client = signed_in(who)
    shown = client.get(f"{REGISTER}count/").content.decode()
    hidden = dict(re.findall(r'name="(_version|_key)" value="([^"]*)"', shown))
    return client.post(f"{REGISTER}count/", {**hidden, **typed_in})


def test_a_count_names_what_is_not_there_keeps_what_was_typed_and_goes_to_a_second_person() -> None:
    here, gone = stored(), stored(passport_number="S2")

    refused = count("ngan", **{f"found-{here.code}": "1", "confirm": "entries_match"})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert f"Dòng {gone.code}: kiểm đếm không thấy" in text
    assert re.search(rf'name="found-{here.code}" value="1" checked', text)

    why = {f"why-{gone.code}": "Đang ở Cục Lãnh sự để gia hạn"}
    proposed = count("ngan", **{f"found-{here.code}": "1", "confirm": "entries_match", **why})
    assert proposed.status_code == 303

    asked = page("binh", f"{REGISTER}count/")
    agree = re.search(r'data-transition="agree" href="([^"]+)"', asked)
    assert agree is not None
    binh = signed_in("binh")
    sheet = binh.get(agree[1]).content.decode()
    hidden = dict(re.findall(r'name="(_version|_key)" value="([^"]*)"', sheet))
    agreed = binh.post(agree[1], hidden)
    assert agreed.status_code == 303, agreed.content.decode()[:2000]
    assert Event.objects.filter(name="reconcile_ledger").exists()

    past = page("trang", f"{REGISTER}count/")
    assert why[f"why-{gone.code}"] in past
    assert "Đỗ Thanh Bình" in past
    assert "16/11/2026" in past


def test_something_in_the_safe_that_stands_in_no_row_is_a_difference_too() -> None:
    row = stored()
    found = {f"found-{row.code}": "1", "confirm": "entries_match", "strange-0": "Hộ chiếu lạ"}

    assert "Không có dòng Hộ chiếu lạ trong sổ" in count("ngan", **found).content.decode()
    assert count("ngan", **found, **{"why-strange-0": "Của Sở Tài chính gửi nhầm"}).status_code == 303


def test_a_clerk_looks_at_the_count_and_does_not_make_it() -> None:
    stored()

    text = page("van", f"{REGISTER}count/")

    assert "Đề nghị người thứ hai" not in text
    page("minh", f"{REGISTER}count/", status=404)


def test_an_overseer_looks_at_the_count_of_an_agency_that_keeps_something() -> None:
    row = of_health()

    assert row.code in page("an", f"{REGISTER}count/?agency=department_of_health")
    page("an", f"{REGISTER}count/?agency=department_of_finance", status=404)
    page("an", f"{REGISTER}count/", status=404)
    page("ngan", f"{REGISTER}count/?agency=department_of_health", status=404)
    assert Event.objects.get(case__kind="book", case__unit__code="department_of_health").actor == "system"


def sheet(answer: Any) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))


def test_the_workbook_has_the_rows_of_the_filter_days_as_days_and_no_formula() -> None:
    stored(passport_number="S1", holder_name='=HYPERLINK("http://x","y")', holder_unit="van_phong_so")
    handed_out()

    answer = signed_in("ngan").post(f"{REGISTER}ledger.xlsx?state=in_custody", PURPOSE)

    head, *lines = sheet(answer)
    cells = dict(zip(head, lines[0], strict=True))
    assert len(lines) == 1
    assert (cells["Số hộ chiếu"], cells["Loại hộ chiếu"]) == ("S1", "Hộ chiếu công vụ")
    assert cells["Ngày hết hạn"] == dt.datetime(2029, 3, 1)  # noqa: DTZ001  # a day of a workbook
    book = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.data_type for row in book.iter_rows() for cell in row if str(cell.value).startswith("=")] == ["s"]
    assert ViewLog.objects.filter(what="ledger:passport_number").count() == 1


def test_the_word_file_has_the_rows_of_the_filter_in_the_layout_of_the_register() -> None:
    stored(passport_number="S1")
    out = handed_out()

    answer = signed_in("ngan").post(f"{REGISTER}ledger.docx?state=handed_out", PURPOSE)

    document = docx.Document(io.BytesIO(answer.content))
    words = "\n".join(p.text for p in document.paragraphs)
    table = [[cell.text for cell in row.cells] for t in document.tables for row in t.rows]
    line = next(row for row in table if out.code in row)
    assert "SỔ GIAO, NHẬN HỘ CHIẾU" in words
    assert {"S0012345", "Lê Thu Hà", "Đã giao cho người đi"} <= set(line)
    assert "S1" not in [text for row in table for text in row]


def test_a_ledger_without_a_paper_for_its_rows_is_printed_in_the_columns_of_its_page() -> None:
    out, ngan = handed_out(), person("ngan")
    definition = definition_by(out.definition.hash)
    lines = Reader(ngan, NOW, closely=True).lines([out])
    book = book_of(out.procedure, "foreign_affairs_agency", NOW, ngan)

    written = docx.Document(io.BytesIO(as_docx(None, definition, book, lines, ngan, NOW)))

    heads, line = ([cell.text for cell in row.cells] for row in written.tables[1].rows)
    assert heads[:4] == ["TT", "Số dòng", "Người được cấp", "Đơn vị của người được cấp"]
    assert ["1", out.code, "Lê Thu Hà"] == line[:3]
    assert line[-1] == "Đã giao cho người đi"


def test_a_file_without_a_purpose_is_refused_and_of_two_agencies_one_is_named() -> None:
    stored()
    of_health()
    binh = signed_in("binh")

    assert binh.post(f"{REGISTER}ledger.xlsx", {}).status_code == 422
    both = binh.post(f"{REGISTER}ledger.docx", PURPOSE)
    assert both.status_code == 422
    assert "agency_needed" in both.content.decode()
    assert binh.post(f"{REGISTER}ledger.docx?agency=department_of_health", PURPOSE).status_code == 200
    assert binh.get(f"{REGISTER}ledger.xlsx").status_code == 405
    assert signed_in("minh").post(f"{REGISTER}ledger.xlsx", PURPOSE).status_code == 404


def test_who_loses_the_role_loses_the_register() -> None:
    row = stored()
    RoleHeld.objects.filter(user=person("ngan")).update(valid_to=NOW.date() - dt.timedelta(days=1))

    page("ngan", REGISTER, status=404)
    page("ngan", f"/cases/{row.code}/", status=404)


def test_the_register_is_told_in_english_as_well() -> None:
    row = passport()
    step(row, "ngan", "store", **STORE)
    client = signed_in("ngan")
    client.post("/accounts/language/", {"language": "en", "next": "/"})

    text = client.get(REGISTER).content.decode()

    assert "Custody of a diplomatic or official passport" in text
    assert "Keeping agency" in text
    assert "Người được cấp" not in text
