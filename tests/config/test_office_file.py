from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AccountEvent, Membership, OrgUnit, RoleHeld, User
from accounts.roles import holders
from cases.models import TableRow
from cases.office import office_rows, office_values
from config.office_file import Report, apply_office
from config.office_schema import OfficeFileFaulty, read_office
from config.trial import CAST, FILES, FOLDER, PASSWORD, address_of, load_province, load_trial

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 24)
HEAD = 'from: "2026-01-01"\nsrc: Quyết định 1/QĐ-SNgV\n'
UNIT = "units:\n  - {code: snv, name: Sở Ngoại vụ, kind: department, symbol: SNgV}\n"
PERSON = "people:\n  - {email: a@b.example, full_name: Tạ Quang Khôi, roles: [{role: administrator, unit: snv}]}\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "office.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def applied(folder: Path, text: str, **more: Any) -> Report:
    return apply_office(read_office(written(folder, text)), now=NOW, actor=None, **more)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(OfficeFileFaulty) as faulty:
        applied(folder, text)
    return [str(f) for f in faulty.value.faults]


def test_a_small_office_comes_in_with_its_first_administrator(tmp_path: Path) -> None:
    report = applied(tmp_path, UNIT + PERSON)
    admin = User.objects.get()
    assert admin.check_password(report.first_passwords["a@b.example"])
    assert admin.must_change_password
    assert list(holders("administrator", "snv", TODAY)) == [admin]


def test_a_second_time_changes_nothing_and_shows_no_password(tmp_path: Path) -> None:
    rows = "tables:\n  sectors:\n    y_te: {vi: Y tế, en: Health}\n"
    applied(tmp_path, UNIT + PERSON + rows)
    events = AccountEvent.objects.count()
    again = applied(tmp_path, UNIT + PERSON + rows).as_dict()
    assert {outcome for counts in again["sections"].values() for outcome in counts} == {"unchanged"}
    assert again["first_passwords"] == {}
    assert AccountEvent.objects.count() == events


def test_a_changed_row_gets_a_new_revision(tmp_path: Path) -> None:
    applied(tmp_path, "tables:\n  sectors:\n    y_te: {vi: Y tế}\n")
    applied(tmp_path, "tables:\n  sectors:\n    y_te: {vi: Y tế cơ sở}\n")
    row = TableRow.objects.get()
    assert (row.revision, row.columns, row.src) == (2, {"vi": "Y tế cơ sở"}, "Quyết định 1/QĐ-SNgV")


def test_a_row_with_a_later_first_day_ends_the_one_before(tmp_path: Path) -> None:
    applied(tmp_path, "tables:\n  retention_rules:\n    ngo_aid: {years: 10}\n")
    applied(tmp_path, 'tables:\n  retention_rules:\n    ngo_aid: {years: 20, from: "2026-07-01", src: QĐ 2}\n')
    kept = TableRow.objects.order_by("valid_from").values_list("columns__years", "valid_to", "revision")
    assert list(kept) == [(10, dt.date(2026, 6, 30), 1), (20, None, 2)]


def test_a_new_name_of_a_unit_comes_with_its_day(tmp_path: Path) -> None:
    applied(tmp_path, UNIT)
    assert "Tên mới phải có hiệu lực sau ngày 01/01/2026" in faults(tmp_path, UNIT.replace("Ngoại vụ", "Hội nhập"))[0]
    later = UNIT.replace("{code", '{from: "2026-09-01", code').replace("Sở Ngoại vụ", "Sở Hội nhập")
    applied(tmp_path, later)
    names = [OrgUnit.objects.of_code("snv", day).get().name for day in (dt.date(2026, 8, 31), dt.date(2026, 9, 1))]
    assert names == ["Sở Ngoại vụ", "Sở Hội nhập"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (UNIT.replace("kind", "kjnd"), "office.yaml:4: units.0.kjnd: khóa không biết / unknown key"),
        (UNIT.replace("kind", "kjnd"), "gần nhất / nearest: kind"),
        (UNIT.replace("department", "so"), "office.yaml:4: units.0.kind: "),
        (UNIT.replace("name: Sở Ngoại vụ, ", ""), "office.yaml:4: units.0.name: thiếu / missing"),
        (UNIT + PERSON.replace("unit: snv", "unit: snw"), "office.yaml:6: people.0.roles.0.unit: không có"),
        (UNIT + PERSON.replace("a@b.example", "ab"), "office.yaml:6: people.0.email: "),
        (UNIT + PERSON.replace("administrator,", "applicant,"), "Vai trò này không thể giao"),
        ("tables:\n  office:\n    agencie: {name: A}\n", "tables.office.agencie: khóa không biết / unknown key"),
        ("tables:\n  office:\n    agency: {name: Sở, plase: X}\n", "gần nhất / nearest: place"),
        ("tables:\n  office:\n    signers:\n      dept_leader: {name: Bình}\n", "signers.dept_leader.title: thiếu"),
        ("tables:\n  series:\n    agency-2026: {last: 3}\n", "khóa là / key is <sổ>:<loại>:<năm>"),
        ("tables:\n  series:\n    agency:CV:2026: {last: -1}\n", "tables.series.agency:CV:2026.last"),
        ('tables:\n  fees:\n    a: {from: "2026-02-30"}\n', "tables.fees.a.from"),
        ('tables:\n  fees:\n    a: {from: "2026-05-01", to: "2026-04-01"}\n', "ở trước / is before"),
        ("units:\n  - code: a\n\tname: b\n", "tab"),
        ("units: [\n", "YAML sai / broken YAML"),
        ("unit: []\n", "nearest: units"),
    ],
)
def test_a_bad_file_is_refused_with_file_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    found = faults(tmp_path, text)
    assert any(said in fault for fault in found), found


@pytest.mark.parametrize("pattern", ["{agency_code}-{seq:04d}", "{agency}-{day:%y%m%d}-{seq:04d}", "{0}", "{seq:", "x"])
def test_a_pattern_that_makes_no_case_code_is_refused(tmp_path: Path, pattern: str) -> None:
    text = (FOLDER / "office.yaml").read_text().replace("{agency_code}-{day:%y%m%d}-{seq:04d}", pattern)
    path = tmp_path / "office.yaml"
    path.write_text(text)
    with pytest.raises(OfficeFileFaulty) as faulty:
        read_office(path)
    assert "case_code_pattern" in str(faulty.value)


def test_a_file_with_one_fault_changes_nothing(tmp_path: Path) -> None:
    faults(tmp_path, UNIT + PERSON.replace("administrator,", "system,"))
    assert not User.objects.exists()
    assert not OrgUnit.objects.exists()


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    text = UNIT.replace("department", "so") + PERSON.replace("a@b.example", "ab")
    assert len(faults(tmp_path, text)) == 2


def test_the_office_command_reads_the_file_and_answers_in_json(tmp_path: Path, capsys: Any) -> None:
    call_command("office", "init", "--file", str(written(tmp_path, UNIT + PERSON)), "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["sections"]["units"] == {"created": 1}
    assert list(answer["first_passwords"]) == ["a@b.example"]


def test_the_office_command_refuses_a_bad_file_with_exit_code_2(tmp_path: Path, capsys: Any) -> None:
    with pytest.raises(SystemExit) as end:
        call_command("office", "init", "--file", str(written(tmp_path, "unit: []\n")), "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (end.value.code, answer["error"], answer["faults"][0]["line"]) == (2, "input", 3)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    call_command("office", "init", "--file", str(written(tmp_path, UNIT + PERSON)), "--dry-run", "--json")
    assert not User.objects.exists()


def test_office_show_says_what_is_in_force_on_a_day(tmp_path: Path, capsys: Any) -> None:
    applied(tmp_path, UNIT + PERSON)
    call_command("office", "show", "--day", "2026-11-24", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert [u["code"] for u in answer["units"]] == ["snv"]
    assert answer["roles"] == {"administrator": 1}


# --- the trial province ---------------------------------------------------------------------------------------------


def test_the_trial_province_comes_in_twice_without_a_change() -> None:
    load_province(now=NOW)
    again = load_province(now=NOW).as_dict()
    assert {outcome for counts in again["sections"].values() for outcome in counts} == {"unchanged"}


def test_every_shipped_procedure_is_published_with_the_trial_province() -> None:
    trial = load_trial(now=NOW)
    assert list(trial.faults()) == []
    assert {"ngo_aid", "complaint"} <= set(trial.as_dict()["procedures"])


def test_papers_name_the_address_at_which_the_trial_is_reached() -> None:
    load_province(now=NOW, site="http://127.0.0.1:8080")
    assert office_rows(TODAY)["site"] == {"url": "http://127.0.0.1:8080"}


def test_everybody_of_the_cast_signs_in_with_the_printed_password() -> None:
    load_province(now=NOW)
    for name, _, _ in CAST:
        client = Client()
        client.post("/accounts/login/", {"login": address_of(name), "password": PASSWORD})
        assert client.get("/accounts/profile/").status_code == 200, name


def test_every_role_of_the_one_stop_layer_is_held_by_somebody() -> None:
    load_province(now=NOW)
    held = set(RoleHeld.objects.in_force(TODAY).values_list("role", flat=True))
    assert held >= {
        "intake", "cashier", "specialist", "division_head", "dept_leader", "clerk", "ppc_office", "ppc_chair",
        "ppc_clerk", "party_liaison", "passport_custodian", "external_issuer", "consultee", "auditor", "administrator",
    }


def test_every_agency_that_may_be_asked_has_a_unit_of_its_code_and_somebody_who_answers() -> None:
    load_province(now=NOW)
    asked = set(TableRow.objects.filter(table="consultees").values_list("key", flat=True))
    lead = office_values(TODAY)["lead_agency"]
    assert [code for code in asked - {lead} if not holders("consultee", code, TODAY)] == []


def test_lan_and_hong_share_an_organisation() -> None:
    load_province(now=NOW)
    shared = Membership.objects.in_force(TODAY).filter(organisation__code="dai_hoc_lam_giang")
    assert {m.user.email for m in shared} == {"lan@lamgiang.example", "hong@lamgiang.example"}


def test_the_office_of_the_trial_names_all_that_papers_print() -> None:
    load_province(now=NOW)
    rows = office_rows(TODAY)
    assert {"agency", "ppc", "ppc_office", "one_stop", "signers", "site", "forms"} <= set(rows)
    assert rows["office"]["agency_code"] == "H99.14"


def test_no_invented_person_enters_a_real_office(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError) as refusal:
        call_command("demo")
    assert refusal.value.returncode == 2
    assert not User.objects.exists()


def test_the_demo_files_are_office_files_like_any_other() -> None:
    for name in FILES:
        read_office(FOLDER / name)
