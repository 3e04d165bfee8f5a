"""The command `people import`: the sheets of the page, by command line; all rows or none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command

from accounts.models import Mandate, Organisation, User
from config.trial import address_of
from tests.config.test_office_tables import TODAY, _clock  # noqa: F401
from tests.config.test_people_imports import FOR_SON, KHOI, MANDATES, OFFICERS, ORGANISATIONS, TUYET, sent
from tests.procedures.runner import person
from tests.product import ROOT

SCHEMA = json.loads((ROOT / "docs" / "cli" / "people.schema.json").read_text())


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `people import` with a sheet of these rows; return its object, which fits the schema, and its exit code."""

    def run(address: str, *rows: Sequence[Any], by: str = "admin", more: Sequence[str] = ()) -> tuple[Any, int]:
        file = tmp_path / "danh-sach.xlsx"
        file.write_bytes(sent(address, *rows)["file"].read())
        kind, code = address.rstrip("/").rpartition("/")[2], 0
        try:
            call_command("people", "import", kind, str(file), "--as", address_of(by), "--json", *more)
        except SystemExit as ended:
            code = int(ended.code or 0)
        answer = json.loads(capsys.readouterr().out)
        jsonschema.validate(answer, SCHEMA)
        return answer, code

    return run


def test_officers_are_looked_at_first_then_taken_and_told_their_first_passwords(said: Any) -> None:
    looked, code = said(OFFICERS, TUYET, KHOI, more=["--dry-run"])
    assert (looked["rows"], looked["accounts"], code) == ([2, 3], [], 0)
    assert not User.objects.filter(email=TUYET[0]).exists()

    taken, code = said(OFFICERS, TUYET, KHOI)

    assert ([one["email"] for one in taken["accounts"]], code) == ([TUYET[0], KHOI[0]], 0)
    tuyet = User.objects.get(email=TUYET[0])
    assert tuyet.check_password(taken["accounts"][0]["first_password"])
    assert tuyet.must_change_password


@pytest.mark.parametrize("more", [["--dry-run"], []])
def test_what_is_wrong_is_told_by_row_and_column_with_exit_code_2_and_nothing_is_taken(
    said: Any, more: list[str]
) -> None:  # fmt: skip
    wrong = ("khoi@lamgiang.example", "Đoàn Minh Khôi", "", "giám đốc sở", "van_phong_so", TODAY)
    hers = (address_of("ha"), "Người Khác", "", "clerk", "van_phong_so", TODAY)

    told, code = said(OFFICERS, TUYET, wrong, more=more)
    _, of_another = said(OFFICERS, TUYET, hers, more=more)

    assert [one["vi"].partition(":")[0] for one in told["reasons"]] == ["Dòng 3, Vai trò"]
    assert (code, of_another) == (2, 2)
    assert not User.objects.filter(email=TUYET[0]).exists()


def test_organisations_and_mandates_come_in_the_same_way(said: Any) -> None:
    assert said(ORGANISATIONS, ("Hội Hữu nghị Lam Giang", "0101234567", address_of("lan")))[1] == 0
    assert said(MANDATES, FOR_SON)[1] == 0

    assert Organisation.objects.get(tax_code="0101234567").memberships.get().user == person("lan")
    assert Mandate.objects.get(document_no="9/UQ-SNgV").grantee == person("son")


@pytest.mark.parametrize("more", [["--dry-run"], []])
def test_who_is_no_administrator_imports_nobody(said: Any, more: list[str]) -> None:
    assert said(OFFICERS, TUYET, by="binh", more=more) == ({"error": "not_found"}, 5)
    assert not User.objects.filter(email=TUYET[0]).exists()


def test_a_file_that_is_not_there_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("people", "import", "officers", "/khong/co.xlsx", "--as", address_of("admin"))

    assert ended.value.code == 2
    assert "Không đọc được tệp co.xlsx" in capsys.readouterr().err
