"""The command `case`: exit codes and objects as docs/cli/case.schema.json promises them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.product import ROOT, Product
from workflows.registry import SHIPPED
from workflows.scenarios import read_scenarios

SCHEMA = json.loads((ROOT / "docs" / "cli" / "case.schema.json").read_text())
GIVEN = read_scenarios(SHIPPED / "ngo_aid" / "v1").scenarios[0].given
LAN, MINH, SON = "lan@lamgiang.example", "minh@lamgiang.example", "son@lamgiang.example"


@pytest.fixture(scope="module")
def office(shared_product: Product) -> Product:
    return shared_product


def said(office: Product, *arguments: str, code: int = 0, given: Any = None) -> dict[str, Any]:
    """Run `case …` and return its object, which fits the schema."""
    if given is not None:
        file = office.var_dir / "given.json"
        file.write_text(given if isinstance(given, str) else json.dumps(given))
        arguments = (*arguments, "--data", str(file))
    answer = office.json("case", *arguments, code=code)
    jsonschema.validate(answer, SCHEMA, format_checker=jsonschema.FormatChecker())
    return answer


@pytest.fixture(scope="module")
def draft(office: Product) -> str:
    """A grant that Lan has filled in, with the files that are asked."""
    dossier = {**GIVEN.dossier, "title_vi": "Thư viện xanh cho trường tiểu học"}
    opened = said(office, "open", "ngo_aid", "--as", LAN, "--organisation", "dai_hoc_lam_giang", given=dossier)
    code: str = opened["submission_code"]
    scan = office.var_dir / "van-ban.pdf"
    scan.write_bytes(pdf())
    for kind in GIVEN.attachments:
        said(office, "attach", code, kind, str(scan), "--as", LAN)
    return code


def pdf() -> bytes:
    """A one-page PDF."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
        b"0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\n"
        b"startxref\n170\n%%EOF\n"
    )


def test_lan_files_minh_receives_and_the_same_key_gives_the_same_answer(office: Product, draft: str) -> None:
    filed = said(office, "do", draft, "submit", "--as", LAN, "--key", "k1", given={"confirm": ["data_notice"]})
    again = said(office, "do", draft, "submit", "--as", LAN, "--key", "k1", given={"confirm": ["data_notice"]})
    assert filed["state"] == "submitted"
    assert again["event"] == filed["event"]
    other = said(office, "do", draft, "submit", "--as", LAN, "--key", "k1", given={"confirm": []}, code=2)
    assert other["reasons"][0]["code"] == "key_reused"
    stale = said(office, "do", draft, "receive", "--as", MINH, "--expect-version", "1", code=4)
    assert "Lan" in stale["who"]
    refused = said(office, "do", draft, "receive", "--as", MINH, code=3)
    assert {reason["code"] for reason in refused["reasons"]} == {"checklist_complete"}
    items = "right_authority right_person components_complete form_filled files_readable translations_there"
    checked = dict.fromkeys(items.split(), "yes")
    received = said(office, "do", draft, "receive", "--as", MINH, given={"checklist": checked})
    assert received["case_code"].startswith("H99.14-")
    assert received["documents"][0]["paper"] == "form_01_receipt"
    held = said(office, "claim", received["case_code"], "--as", SON)
    assert held["task"]["claimed"]
    assert not said(office, "release", received["case_code"], "--as", SON)["task"]["claimed"]


def test_show_hides_the_account_from_whoever_may_not_see_it(office: Product, draft: str) -> None:
    assert "account_no" in said(office, "show", draft, "--as", LAN)["dossier"]


def test_explain_gives_every_step_with_every_reason(office: Product, draft: str) -> None:
    steps = {s["name"]: s for s in said(office, "explain", draft, "--as", LAN)["steps"]}
    assert not steps["archive"]["allowed"]
    assert "role_missing" in {r["code"] for r in steps["archive"]["reasons"]}


def test_a_case_of_others_is_not_found(office: Product, draft: str) -> None:
    said(office, "show", draft, "--as", "phuc@lamgiang.example", code=5)
    said(office, "show", "AAAA-BBBB-CCCC", "--as", LAN, code=5)
    assert draft not in {c["code"] for c in said(office, "list", "--as", "phuc@lamgiang.example")["cases"]}


@pytest.mark.parametrize("given", ["{", "[1]", '"text"'])
def test_what_is_no_json_object_is_said_and_nothing_changes(office: Product, draft: str, given: str) -> None:
    assert said(office, "save", draft, "--as", LAN, given=given, code=2)["error"] == "input"


def test_unknown_people_procedures_steps_and_values_are_named(office: Product, draft: str, tmp_path: Path) -> None:
    assert said(office, "list", "--as", "nobody@lamgiang.example", code=2)["reasons"]
    said(office, "open", "xin_phep_bay", "--as", LAN, code=5)
    faults = said(office, "open", "ngo_aid", "--as", LAN, given={"amount": "nhiều", "khong_co": 1}, code=2)
    assert {r["path"] for r in faults["reasons"]} == {"amount", "khong_co"}
    unknown = said(office, "do", draft, "sumbit", "--as", LAN, code=3)
    assert "submit" in unknown["reasons"][0]["vi"]
    said(office, "attach", draft, "request_letter", str(tmp_path / "khong-co.pdf"), "--as", LAN, code=2)


def test_every_fault_of_a_trip_is_named_at_its_place_and_nothing_is_opened(office: Product) -> None:
    given = read_scenarios(SHIPPED / "outbound_delegation" / "v1").scenarios[0].given.dossier
    mine = {"plan_item": "dr-2026-12", **{name: given[name] for name in ("depart_date", "return_date")}}
    first = {name: value for name, value in given["members"][0].items() if name != "passport"}
    young = {**first, "row_no": 2, "delegation_role": "thanh_vien", "birth_date": "2012-01-31"}
    days = (("JP", "2026-12-14"), ("KR", "2026-12-15"))
    stays = [{"country": country, "from_date": first_day, "to_date": "2026-12-17"} for country, first_day in days]
    wrong = {**mine, "plan_item": "dr-1999-01", "members": [first, young], "legs": stays}
    faults = said(office, "open", "outbound_delegation", "--as", LAN, given=wrong, code=2)

    assert {(r["path"], r["code"]) for r in faults["reasons"]} == {
        ("plan_item", "plan_of_year"), ("legs", "legs_apart"), ("members[1].birth_date", "adult"),
        ("members[0].id_no", "named_once"), ("members[1].id_no", "named_once"),
    }  # fmt: skip
    assert not [c for c in said(office, "list", "--as", LAN)["cases"] if c["procedure"] == "outbound_delegation"]


Made = Callable[..., Product]


def test_the_same_verbs_run_on_postgresql(product: Made, postgres_url: str) -> None:
    there = product(postgres_url)
    opened = said(there, "open", "complaint", "--as", LAN, given={"about_what": "cham"})
    assert said(there, "show", opened["submission_code"], "--as", LAN)["dossier"] == {"about_what": "cham"}
