"""The command `ledger`: exit codes and objects as docs/cli/ledger.schema.json promises them."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from openpyxl import Workbook

from tests.cases.ledgers.custody import OF_HEALTH, PASSPORT
from tests.product import ROOT, Product

SCHEMA = json.loads((ROOT / "docs" / "cli" / "ledger.schema.json").read_text())
NGAN, BINH, HOA, VAN = (f"{name}@lamgiang.example" for name in ("ngan", "binh", "hoa", "van"))
LEDGER = "passport_custody"


@pytest.fixture(scope="module")
def office(shared_product: Product) -> Product:
    return shared_product


def said(office: Product, *arguments: str, code: int = 0, given: Any = None) -> dict[str, Any]:
    """Run `ledger …` and return its object, which fits the schema."""
    if given is not None:
        file = office.var_dir / "given.json"
        file.write_text(json.dumps(given))
        arguments = (*arguments, "--data", str(file))
    answer = office.json("ledger", *arguments, code=code)
    jsonschema.validate(answer, SCHEMA, format_checker=jsonschema.FormatChecker())
    return answer


@pytest.fixture(scope="module")
def row(office: Product) -> str:
    """A passport that Ngân has entered and stored."""
    given = {**PASSPORT, "issued_on": "2024-03-01", "expires_on": "2099-03-01"}
    opened = said(office, "open", LEDGER, "--as", NGAN, "--key", "k-1", given=given)
    again = said(office, "open", LEDGER, "--as", NGAN, "--key", "k-1", given=given)
    number: str = opened["row"]["no"]
    assert again["row"] == opened["row"]
    stored = said(
        office, "do", number, "store", "--as", NGAN, given={"safe_place": "Két số 2", "confirm": ["signed_by_both"]}
    )
    assert (stored["state"], stored["documents"][0]["paper"]) == ("in_custody", "custody_minutes")
    return number


def test_a_row_is_opened_once_and_what_is_wrong_is_told_with_exit_code_2(office: Product, row: str) -> None:
    again = said(office, "open", LEDGER, "--as", NGAN, given=PASSPORT, code=2)
    assert {r["code"] for r in again["reasons"]} == {"row_exists"}
    of_health = {**PASSPORT, **OF_HEALTH, "holder_account": None}
    refused = said(office, "open", LEDGER, "--as", NGAN, given=of_health, code=3)
    assert {r["code"] for r in refused["reasons"]} == {"role_missing"}
    said(office, "open", "complaint", "--as", NGAN, given=PASSPORT, code=5)
    said(office, "open", LEDGER, "--as", "minh@lamgiang.example", given=PASSPORT, code=5)


def test_rows_are_listed_by_filter_and_only_to_who_may_see_them(office: Product, row: str) -> None:
    assert [r["no"] for r in said(office, "list", LEDGER, "--as", NGAN, "--text", "thu ha")["rows"]] == [row]
    assert said(office, "list", LEDGER, "--as", NGAN, "--state", "lost")["rows"] == []
    assert said(office, "list", LEDGER, "--as", HOA)["total"] == 0
    assert said(office, "list", "--as", NGAN)["ledgers"][0]["states"] == {"in_custody": 1}
    said(office, "list", LEDGER, "--as", NGAN, "--state", "khong_co", code=2)
    said(office, "list", LEDGER, "--as", NGAN, "--months", "-1", code=2)
    said(office, "list", LEDGER, "--as", NGAN, "--agency", "khong_co", code=2)


def test_the_number_is_shown_to_who_says_what_for(office: Product, row: str) -> None:
    assert "passport_number" not in said(office, "show", row, "--as", NGAN)["values"]
    shown = said(office, "show", row, "--as", NGAN, "--purpose", "Kiểm tra tủ")["values"]
    assert shown["passport_number"] == "S0012345"
    assert "passport_number" not in said(office, "show", row, "--as", VAN, "--purpose", "Kiểm tra tủ")["values"]
    said(office, "show", row, "--as", HOA, code=5)


def test_refusals_and_stale_forms_have_their_exit_codes(office: Product, row: str) -> None:
    given = {"sending_decision": "999", "confirm": ["signed_by_both"]}
    refused = said(office, "do", row, "hand_out", "--as", NGAN, given=given, code=3)
    assert {r["code"] for r in refused["reasons"]} == {"live_sending_decision"}
    said(office, "do", row, "hand_out", "--as", NGAN, "--expect-version", "0", given=given, code=4)
    said(office, "do", row, "hand_out", "--as", HOA, given=given, code=5)
    steps = {s["name"]: s for s in said(office, "explain", row, "--as", NGAN)["steps"]}
    assert steps["report_lost"]["allowed"]
    assert not steps["record_cancelled"]["allowed"]


def test_the_count_says_what_to_look_for_and_is_agreed_to_by_a_second_person(office: Product, row: str) -> None:
    asked = said(office, "count", LEDGER, "--as", NGAN)
    assert asked["rows"] == [{"row": row, "state": "in_custody", "expected": True}]
    said(office, "count", LEDGER, "--as", NGAN, given={"confirm": ["entries_match"]}, code=3)
    counted = {"counted": [{"row": row, "found": True}], "confirm": ["entries_match"]}
    said(office, "count", LEDGER, "--as", NGAN, given=counted)
    said(office, "do", asked["book"], "agree", "--as", NGAN, code=3)
    agreed = said(office, "do", asked["book"], "agree", "--as", BINH)
    assert agreed["documents"][0]["paper"] == "custody_register"
    said(office, "count", LEDGER, "--as", HOA, "--agency", "foreign_affairs_agency", code=5)


def test_a_workbook_is_looked_at_and_refused_row_by_row(office: Product) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    values = {**PASSPORT, **OF_HEALTH, "passport_number": "S0000888"}
    sheet.append([*values])
    sheet.append([*values.values()])
    sheet.append([*{**values, "passport_number": "S0000777", "holder_id_no": "1"}.values()])
    file = office.var_dir / "so.xlsx"
    book.save(file)
    refused = said(office, "import", LEDGER, str(file), "--as", HOA, code=2)
    assert [r["path"] for r in refused["reasons"]] == ["rows[3].holder_id_no"]
    sheet.delete_rows(3)
    book.save(file)
    looked = said(office, "import", LEDGER, str(file), "--as", HOA, "--dry-run")
    assert (looked["dry_run"], looked["rows"]) == (True, [2])
    said(office, "import", LEDGER, str(file), "--as", NGAN, "--dry-run", code=2)
    said(office, "import", LEDGER, str(file), "--as", "minh@lamgiang.example", code=5)
    (office.var_dir / "so.txt").write_text("x")
    said(office, "import", LEDGER, str(office.var_dir / "so.txt"), "--as", HOA, code=2)
