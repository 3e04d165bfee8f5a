"""manage.py procedures: what an author and an administrator are told, in words, in JSON and by the exit code."""
from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command

from accounts.models import OrgUnit, RoleHeld, User
from cases.models import Published
from tests.guide import copy_procedure
from tests.product import ROOT, Product, product_environment

SCHEMA = json.loads((ROOT / "docs/cli/procedures.schema.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(tmp_path: Path, settings: Any) -> Path:
    """The office's own root with the guide's procedure; returns the folder."""
    settings.PROCEDURE_ROOTS = [tmp_path]
    return copy_procedure(tmp_path)


def run(*arguments: str, code: int = 0) -> str:
    """Run the command, insist on the exit code and return what it said."""
    said, status = StringIO(), 0
    try:
        call_command("procedures", *arguments, stdout=said, stderr=said)
    except SystemExit as end:
        status = int(end.code or 0)
    assert status == code, said.getvalue()
    return said.getvalue()


def answer(*arguments: str, code: int = 0) -> dict[str, Any]:
    """Run the command with --json and return the one object, which keeps to its schema."""
    found: dict[str, Any] = json.loads(run(*arguments, "--json", code=code))
    jsonschema.validate(found, SCHEMA)
    return found


def spoil(folder: Path, old: str, new: str) -> None:
    file = folder / "procedure.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def person(email: str, role: str) -> User:
    user = User.objects.create(email=email, full_name=email, is_officer=True)
    unit, _ = OrgUnit.objects.get_or_create(
        code="van_phong", defaults={"name": "Văn phòng", "kind": "office", "valid_from": "2020-01-01"}
    )
    RoleHeld.objects.create(user=user, role=role, unit=unit, valid_from="2020-01-01")
    return user


def test_a_new_folder_is_checked_published_and_listed(own: Path) -> None:
    (checked,) = answer("check", "visit_notice")["checked"]
    assert (checked["folder"], checked["errors"]) == ("v1", [])
    assert {w["level"] for w in checked["warnings"]} == {"warning"}

    (published,) = answer("publish", "visit_notice")["published"]
    assert (published["new"], published["hash"]) == (True, checked["hash"])

    rows = {r["procedure"]: r for r in answer("list")["procedures"]}
    assert rows["visit_notice"]["draft"] == "published"
    assert rows["visit_notice"]["published"]["in_force"] is True
    assert rows["complaint"]["draft"] == "new"
    assert rows["complaint"]["published"] is None


def test_publishing_the_same_once_more_says_that_nothing_changed(own: Path) -> None:
    run("publish", "visit_notice")

    assert "không đổi / unchanged" in run("publish", "visit_notice")
    assert Published.objects.count() == 1


def test_a_changed_folder_is_listed_as_an_unpublished_draft(own: Path) -> None:
    run("publish", "visit_notice")
    spoil(own, "n: 5, u: WD", "n: 6, u: WD")

    rows = {r["procedure"]: r["draft"] for r in answer("list")["procedures"]}

    assert rows["visit_notice"] == "changed"


def test_every_fault_of_the_text_is_told_with_file_line_key_and_the_nearest_name(own: Path) -> None:
    spoil(own, "to: signed", "to: singed")
    spoil(own, "read_before_signing", "read_before_singing")

    (checked,) = answer("check", "visit_notice", code=2)["checked"]

    told = {(f["file"], f["key"], f["nearest"]) for f in checked["errors"]}
    assert told == {
        ("visit_notice/v1/procedure.yaml", "sign_answer.to", "signed"),
        ("visit_notice/v1/procedure.yaml", "sign_answer.confirm", "read_before_signing"),
    }
    assert all(f["line"] > 0 for f in checked["errors"])
    assert answer("publish", "visit_notice", code=2)["error"] == "input"
    assert not Published.objects.exists()


def test_a_procedure_in_which_somebody_else_signs_the_leaders_letter_is_refused_by_the_proof(own: Path) -> None:
    spoil(own, "by: [dept_leader]", "by: [division_head]")

    refused = answer("publish", "visit_notice", code=3)

    assert refused["error"] == "refused"
    assert refused["refused"][0]["errors"]


def test_an_unknown_procedure_folder_or_part_is_not_found_and_the_nearest_is_named(own: Path) -> None:
    for arguments in (("check", "visit_notic"), ("publish", "visit_notic"), ("diagram", "visit_notic")):
        assert answer(*arguments, code=5)["faults"][0]["nearest"] == "visit_notice"
    assert answer("check", "visit_notice", "--folder", "v2", code=5)["faults"][0]["nearest"] == "v1"
    assert answer("diagram", "visit_notice", "--part", "supplment", code=5)["faults"][0]["nearest"] == "supplement"
    assert "visit_notice" in run("check", "visit_notic", code=5)


def test_check_and_publish_want_a_name_or_all(own: Path) -> None:
    assert answer("check", code=2) == {"error": "input"}
    assert answer("publish", code=2) == {"error": "input"}


def test_only_an_administrator_publishes_as_a_person(own: Path) -> None:
    person("binh@vidu.example", "dept_leader")
    person("khoi@vidu.example", "administrator")

    assert answer("publish", "visit_notice", "--as", "nobody@vidu.example", code=2) == {"error": "no_user"}
    refused = answer("publish", "visit_notice", "--as", "binh@vidu.example", code=3)
    assert [r["code"] for r in refused["reasons"]] == ["role_missing"]

    answer("publish", "visit_notice", "--as", "Khoi@vidu.example")

    assert Published.objects.get().published_by is not None


def test_without_scenarios_a_strict_publication_is_refused(own: Path) -> None:
    answer("check", "visit_notice", "--strict")
    (own / "scenarios.yaml").unlink()

    (checked,) = answer("check", "visit_notice", "--strict", code=3)["checked"]

    assert [f["key"] for f in checked["errors"]] == ["scenarios"]
    answer("publish", "visit_notice", "--strict", code=3)


def test_diagrams_are_drawn_of_the_case_and_of_its_parts(own: Path, tmp_path: Path) -> None:
    drawn = answer("diagram", "visit_notice")
    assert drawn["diagram"].startswith("<svg")
    assert "Thông báo tiếp khách nước ngoài" in drawn["diagram"]
    assert answer("diagram", "visit_notice", "--part", "change", "--format", "mermaid")["part"] == "change"

    run("diagram", "visit_notice", "--language", "en", "--out", str(tmp_path / "a.svg"))

    assert "Notice of a visit by foreign guests" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_a_diagram_of_a_faulty_folder_tells_the_faults(own: Path) -> None:
    spoil(own, "to: signed", "to: singed")

    assert answer("diagram", "visit_notice", code=2)["faults"][0]["nearest"] == "signed"


def test_an_installation_without_tables_says_so_in_one_line(tmp_path: Path) -> None:
    bare = Product(tmp_path, product_environment(tmp_path))

    said = bare.run("procedures", "list", "--json")
    bare.end_all()

    assert (said.returncode, json.loads(said.stdout)) == (1, {"error": "unavailable"})
    assert "Traceback" not in said.stderr


def test_coverage_tells_every_line_of_a_procedure(own: Path) -> None:
    told = answer("coverage", "ngo_aid")

    assert (told["unexplained"], told["missing"]) == ([], [])
    assert "transition issue_refusal_correction" in told["added"]
    assert "| `sign_answer` |" in run("coverage", "visit_notice")
