"""history verify and history export on the command line: exit codes, JSON as documented, nothing written by halves."""

from __future__ import annotations

import json
import resource
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from django.db import connection

from audit.verify import verify_bundle
from cases.models import Case, ViewLog
from cases.protection import lift
from tests.audit.intruder import CRIMES
from tests.audit.scene import COMPLAINT, user

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/cli/history.schema.json").read_text())
AUDITOR = ("--as", "an@lamgiang.example", "--purpose", "Thanh tra theo kế hoạch")


def history(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the command with --json; return its exit code and its one object."""
    out, code = StringIO(), 0
    try:
        call_command("history", *arguments, "--json", stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    answer = json.loads(out.getvalue())
    jsonschema.validate(answer, SCHEMA)
    return code, answer


def said(*arguments: str) -> tuple[int, str, str]:
    """Run the command for people; return its exit code, stdout and stderr."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("history", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue(), err.getvalue()


class TestVerify:
    def test_all_cases_are_in_order(self, told: Case) -> None:
        for arguments in ((), ("--all",)):
            code, report = history("verify", *arguments)
            assert (code, report["verdict"], report["checked"]["cases"]) == (0, "ok", 2)

    def test_one_case_by_either_code(self, told: Case) -> None:
        for text in (told.code, told.submission_code):
            code, report = history("verify", text)
            assert (code, report["checked"]["cases"], report["checked"]["events"]) == (0, 1, told.head_seq)

    def test_people_read_it_in_vietnamese_and_english(self, told: Case) -> None:
        code, out, err = said("verify", told.code)
        assert (code, err) == (0, "")
        assert out.startswith("KHỚP")
        assert "Không chứng minh được:" in out
        assert "What this does not show:" in out

    @pytest.mark.parametrize(
        ("crime", "code", "verdict"),
        [
            ("a_hash_is_replaced", 10, "tampered"),
            ("the_last_event_is_deleted", 11, "incomplete"),
            ("the_published_law_disappears", 11, "incomplete"),
            ("an_event_claims_a_later_version", 12, "cannot_verify"),
        ],
    )
    def test_exit_codes(self, told: Case, crime: str, code: int, verdict: str) -> None:
        lift(connection)
        CRIMES[crime].commit(told)
        found, report = history("verify")
        assert (found, report["exit_code"], report["verdict"]) == (code, code, verdict)
        assert report["faults"][0]["case"] == str(told.pk)

    def test_an_unknown_code_is_not_found(self, told: Case) -> None:
        assert history("verify", "H00-000000-0000") == (5, {"error": "not_found"})

    def test_a_code_and_all_is_a_mistake(self, told: Case) -> None:
        assert history("verify", told.code, "--all") == (2, {"error": "usage"})

    def test_an_earlier_bundle_that_cannot_be_read(self, told: Case, tmp_path: Path) -> None:
        (tmp_path / "cũ.zip").write_bytes(b"?")
        assert history("verify", "--earlier", str(tmp_path / "cũ.zip")) == (12, {"error": "unreadable"})

    def test_a_case_that_is_gone_is_missed_by_whoever_kept_a_bundle(self, told: Case, tmp_path: Path) -> None:
        kept = tmp_path / "cũ.zip"
        history("export", "--all", "--to", str(kept))
        with zipfile.ZipFile(kept) as old, zipfile.ZipFile(tmp_path / "hơn.zip", "w") as more:
            for name in old.namelist():
                extra = b'{"case": "ffffffff", "head_seq": 3, "head_hash": "x"}\n' if name == "cases.jsonl" else b""
                more.writestr(name, old.read(name) + extra)
        code, report = history("verify", "--earlier", str(tmp_path / "hơn.zip"))
        assert code == 10
        assert [(f["code"], f["case"]) for f in report["faults"]] == [("earlier_missing", "ffffffff")]
        assert history("verify", "--earlier", str(kept))[0] == 0


class TestExport:
    def test_a_bundle_of_everything(self, told: Case, tmp_path: Path) -> None:
        code, answer = history("export", "--all", "--to", str(tmp_path / "gói.zip"))
        assert (code, answer["scope"], answer["cases"], answer["values"]) == (0, "all", 2, 0)
        assert verify_bundle(tmp_path / "gói.zip").exit_code == 0
        assert [path.name for path in tmp_path.glob("gói*")] == ["gói.zip"]

    def test_values_and_files_go_to_an_in_his_name_and_the_log_says_so(self, told: Case, tmp_path: Path) -> None:
        looked = ViewLog.objects.count()
        target = str(tmp_path / "gói.zip")
        code, answer = history("export", told.code, "--to", target, "--values", "--documents", *AUDITOR)
        assert code == 0
        assert answer["values"] > 20
        with zipfile.ZipFile(target) as opened:
            assert COMPLAINT in opened.read("values.jsonl").decode()
            assert sum(name.startswith("documents/") for name in opened.namelist()) == answer["documents"]
        assert ViewLog.objects.count() == looked + 1
        last = ViewLog.objects.order_by("-pk")[0]
        assert (last.person, last.what) == (str(user("an").pk), "bundle: values, documents")
        report = verify_bundle(tmp_path / "gói.zip")
        assert (report.exit_code, report.documents_without_bytes, report.views) == (0, 0, looked + 1)

    @pytest.mark.parametrize("person", ["", "ha@lamgiang.example", "admin@lamgiang.example", "ai@lamgiang.example"])
    def test_nobody_else_gets_values(self, told: Case, tmp_path: Path, person: str) -> None:
        target = tmp_path / "gói.zip"
        arguments = ("export", told.code, "--to", str(target), "--values", "--as", person, "--purpose", "xem thử")
        assert history(*arguments) == (2, {"error": "no_auditor"})
        assert not target.exists()

    def test_values_need_a_purpose(self, told: Case, tmp_path: Path) -> None:
        arguments = ("export", told.code, "--to", str(tmp_path / "gói.zip"), "--values", *AUDITOR[:2])
        assert history(*arguments) == (2, {"error": "no_purpose"})

    def test_a_code_or_all_must_be_said(self, told: Case, tmp_path: Path) -> None:
        assert history("export", "--to", str(tmp_path / "gói.zip")) == (2, {"error": "usage"})
        assert history("export", "H00", "--to", str(tmp_path / "gói.zip")) == (5, {"error": "not_found"})

    def test_a_place_where_nothing_can_be_written(self, told: Case, tmp_path: Path) -> None:
        code, answer = history("export", "--all", "--to", str(tmp_path / "không có" / "gói.zip"))
        assert (code, answer) == (2, {"error": "cannot_write"})

    def test_an_export_for_which_there_is_no_room_leaves_the_earlier_one_alone(
        self, told: Case, tmp_path: Path
    ) -> None:
        target = tmp_path / "gói.zip"
        target.write_bytes(b"earlier")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))  # a file may not grow larger: the disk is full
        try:
            found = history("export", "--all", "--to", str(target))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert found == (2, {"error": "cannot_write"})
        assert target.read_bytes() == b"earlier"
        assert [path.name for path in tmp_path.glob("gói*")] == ["gói.zip"]
