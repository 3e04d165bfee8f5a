"""A folder becomes law here: proved, its papers made, kept for good; what is published is read, never the folder."""
from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pytest

from accounts.errors import NotForYou
from accounts.models import OrgUnit, RoleHeld, User
from cases.errors import ProcedureUnknown
from cases.models import Published, PublishedTemplate
from cases.procedures import definition_of, in_force, open_to_people, published_codes
from cases.publication import folders, prepare, publish_all, publish_each, publish_folder, waiting_drafts
from cases.staffing import staffing_faults
from tests.guide import copy_procedure
from workflows.errors import DefinitionError
from workflows.registry import Folder, find

NOW = dt.datetime(2026, 3, 5, 2, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
TODAY = dt.date(2026, 3, 5)

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(tmp_path: Path) -> Folder:
    """The procedure that the guide writes out, in a root of the office's own."""
    copy_procedure(tmp_path)
    return find("visit_notice", "", [tmp_path])


def changed(folder: Folder, old: str, new: str, file: str = "procedure.yaml") -> None:
    path = folder.path / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_published_procedure_is_read_back_as_it_was_resolved(visit: Folder) -> None:
    published = publish_folder(visit, actor=None, now=NOW)

    procedure = definition_of(published.pk)

    assert procedure.hash() == published.hash == hashlib.sha256(bytes(published.body)).hexdigest()
    assert (published.procedure, published.folder, published.version) == ("visit_notice", "v1", "first")
    assert definition_of(published.pk) is procedure  # the engine keeps its machines by identity


def test_every_paper_that_we_make_has_its_template_stored_under_the_hash_in_the_definition(visit: Folder) -> None:
    published = publish_folder(visit, actor=None, now=NOW)
    stored = {t.paper: t for t in PublishedTemplate.objects.filter(published=published)}

    for paper in definition_of(published.pk).papers:
        assert (paper.code in stored) == paper.rendered
        if paper.rendered:
            assert paper.template == stored[paper.code].sha256
            assert hashlib.sha256(bytes(stored[paper.code].body)).hexdigest() == paper.template


def test_publishing_again_changes_nothing_while_the_folder_is_the_same(visit: Folder) -> None:
    first = publish_folder(visit, actor=None, now=NOW)

    assert publish_folder(visit, actor=None, now=LATER) == first
    assert Published.objects.count() == 1


def test_a_changed_folder_replaces_its_earlier_publication_which_stays_readable(visit: Folder) -> None:
    first = publish_folder(visit, actor=None, now=NOW)
    changed(visit, "n: 5, u: WD", "n: 7, u: WD")
    second = publish_folder(visit, actor=None, now=LATER)
    first.refresh_from_db()

    assert (first.replaced_at, second.replaced_at) == (LATER, None)
    assert in_force("visit_notice", TODAY) == second
    assert (definition_of(first.pk).terms[0].n, definition_of(second.pk).terms[0].n) == (5, 7)


def test_a_changed_word_of_a_paper_is_another_definition(visit: Folder) -> None:
    first = publish_folder(visit, actor=None, now=NOW)
    changed(visit, "trân trọng thông báo", "thông báo", "papers/visit_answer.txt")

    second = publish_folder(visit, actor=None, now=LATER)

    assert first.hash != second.hash


def test_an_author_who_takes_a_change_back_has_the_former_text_in_force_again(visit: Folder) -> None:
    first = publish_folder(visit, actor=None, now=NOW)
    changed(visit, "n: 5, u: WD", "n: 7, u: WD")
    second = publish_folder(visit, actor=None, now=LATER)
    changed(visit, "n: 7, u: WD", "n: 5, u: WD")

    again = publish_folder(visit, actor=None, now=LATER)
    second.refresh_from_db()

    assert (again, again.replaced_at, second.replaced_at) == (first, None, LATER)
    assert in_force("visit_notice", TODAY) == first


def test_a_faulty_folder_is_refused_with_all_its_faults_and_nothing_is_stored(visit: Folder) -> None:
    changed(visit, "by: [dept_leader]", "by: [dept_leadr]")
    changed(visit, "to: signed", "to: singed")

    with pytest.raises(DefinitionError) as told:
        publish_folder(visit, actor=None, now=NOW)

    assert {(f.file, f.nearest) for f in told.value.faults} == {
        ("visit_notice/v1/procedure.yaml", "dept_leader"),
        ("visit_notice/v1/procedure.yaml", "signed"),
    }
    assert not Published.objects.exists()


def test_a_paper_that_names_an_unknown_field_keeps_the_procedure_back(visit: Folder) -> None:
    changed(visit, "{{ subject }}", "{{ subjekt }}", "papers/visit_answer.txt")

    with pytest.raises(DefinitionError) as told:
        publish_folder(visit, actor=None, now=NOW)

    (fault,) = told.value.faults
    assert (fault.file, fault.key) == ("visit_notice/v1/papers/visit_answer.txt", "papers.visit_answer")
    assert "subjekt" in fault.message


def test_a_paper_without_words_is_told_with_the_text_that_is_nearest_by_name(visit: Folder) -> None:
    (visit.path / "papers" / "visit_answer.txt").rename(visit.path / "papers" / "visit_answr.txt")

    faults = {(f.file, f.nearest) for f in prepare(visit).errors}

    assert faults == {
        ("visit_notice/v1/papers/visit_answer.txt", "visit_answr"),
        ("visit_notice/v1/papers/visit_answr.txt", "visit_answer"),
    }


def test_binh_who_is_no_administrator_publishes_nothing(visit: Folder) -> None:
    binh = User.objects.create(email="binh@vidu.example", full_name="Đỗ Thanh Bình", is_officer=True)

    with pytest.raises(NotForYou):
        publish_folder(visit, actor=binh, now=NOW)


def test_what_khoi_publishes_carries_his_name(visit: Folder) -> None:
    khoi = User.objects.create(email="admin@vidu.example", full_name="Tạ Quang Khôi", is_officer=True)
    grant(khoi, "administrator", "van_phong")

    assert publish_folder(visit, actor=khoi, now=NOW).published_by == khoi


def test_every_shipped_version_is_published_and_each_day_has_its_law(visit: Folder, settings: Any) -> None:
    settings.PROCEDURE_ROOTS = [visit.path.parent.parent]

    made = publish_all(now=NOW)

    assert all(m.new and not m.prepared.errors for m in made)
    assert {"ngo_aid", "complaint"} <= published_codes()
    assert in_force("ngo_aid", dt.date(2025, 12, 7)).version == "nd80_2020"
    assert in_force("ngo_aid", dt.date(2025, 12, 8)).version == "nd313_2025"
    assert "visit_notice" in [p.procedure for p in open_to_people(TODAY)]  # a stranger's folder, no line changed
    assert not any(m.new for m in publish_all(now=LATER))
    assert waiting_drafts() == []

    changed(visit, "n: 5, u: WD", "n: 6, u: WD")

    assert [p.folder.code for p in waiting_drafts()] == ["visit_notice"]


def test_a_day_before_the_first_law_has_none() -> None:
    publish_folder(find("complaint"), actor=None, now=NOW)

    with pytest.raises(ProcedureUnknown):
        in_force("complaint", dt.date(2025, 6, 30))
    with pytest.raises(ProcedureUnknown):
        in_force("complaints", TODAY)


def test_one_faulty_folder_keeps_no_other_back(visit: Folder) -> None:
    changed(visit, "version: first", "versoin: first")

    made = {m.prepared.folder.code: m for m in publish_each([visit, find("complaint")], actor=None, now=NOW)}

    assert made["visit_notice"].published is None
    assert [f.nearest for f in made["visit_notice"].prepared.errors if f.key.endswith("versoin")] == ["version"]
    assert made["complaint"].published is not None


def test_a_folder_of_the_office_stands_instead_of_the_shipped_one(tmp_path: Path, settings: Any) -> None:
    settings.PROCEDURE_ROOTS = [tmp_path]
    own = tmp_path / "complaint" / "v1"
    own.parent.mkdir()
    shipped = find("complaint").path
    own.symlink_to(shipped)

    assert [f.path for f in folders() if f.code == "complaint"] == [own]


def test_what_no_scenario_walks_is_a_warning_and_with_strict_an_error(visit: Folder) -> None:
    (visit.path / "scenarios.yaml").unlink()
    assert "scenarios" in [f.key for f in prepare(visit).warnings]

    with pytest.raises(DefinitionError) as told:
        publish_folder(visit, actor=None, now=NOW, strict=True)

    assert [f.key for f in told.value.faults] == ["scenarios"]


# ---------------------------------------------------------------------------------------------------------- staffing
def grant(user: User, role: str, unit: str) -> None:
    where, _ = OrgUnit.objects.get_or_create(code=unit, defaults={"name": unit, "kind": "office", "valid_from": TODAY})
    RoleHeld.objects.create(user=user, role=role, unit=where, valid_from=TODAY)


def officer(name: str, *roles: str) -> User:
    user = User.objects.create(email=f"{name}@vidu.example", full_name=name, is_officer=True)
    for role in roles:
        grant(user, role, "so_ngoai_vu")
    return user


def staffing_of(folder: Folder) -> dict[str, str]:
    prepared = prepare(folder)
    assert prepared.procedure is not None
    return {f.key: f.message for f in staffing_faults(prepared.procedure, TODAY, prepared.places)}


def test_roles_that_nobody_holds_are_told_with_their_steps(visit: Folder) -> None:
    officer("ha", "specialist")

    told = staffing_of(visit)

    assert "sign_answer" in told["roles.dept_leader"]
    assert "roles.specialist" not in told
    assert "roles.applicant" not in told


def test_ha_alone_cannot_draft_and_sign(visit: Folder) -> None:
    ha = officer("ha", "specialist", "dept_leader")
    assert "transitions.sign_answer" in staffing_of(visit)

    officer("binh", "dept_leader")

    assert "transitions.sign_answer" not in staffing_of(visit)
    assert ha.is_active


def test_minh_alone_at_the_desk_has_nobody_who_agrees(visit: Folder) -> None:
    officer("minh", "intake")
    assert "transitions.refuse_lapsed_intake" in staffing_of(visit)

    officer("lien", "intake")

    assert "transitions.refuse_lapsed_intake" not in staffing_of(visit)
