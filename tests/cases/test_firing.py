"""A step that takes a step of a linked case with it: both or neither, each with its own rules."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from accounts.models import OrgUnit
from cases.canonical import parse_body
from cases.models import Case, Event, LinkedCase, OutboxEntry
from cases.publication import publish_folder
from cases.services import advance_case
from cases.services.attachments import attach_file
from tests.cases.files import upload_files as made
from tests.cases.visits import another_visit, link, received_visit
from tests.guide import copy_procedure
from tests.procedures.province import OPENED, case_at
from tests.procedures.runner import Walk, person, walked
from workflows.errors import DefinitionError, TransitionRefused
from workflows.registry import find
from workflows.scenarios import Scenario, read_scenarios

pytestmark = pytest.mark.usefixtures("in_province")


@pytest.fixture
def visit(tmp_path: Path) -> Walk:
    """A received notice of a visit: whoever gets it also gets the aid cases that are linked with it."""
    return received_visit(tmp_path)


def assigned(visit: Walk) -> Any:
    data = {"assignee": str(person("ha").pk)}
    return advance_case(case_id=visit.case.pk, transition="assign", actor=person("son"), now=visit.now, data=data)


def last(case: Case) -> dict[str, Any]:
    return parse_body(bytes(Event.objects.filter(case=case).latest("seq").body))


def states(*walks: Walk) -> list[str]:
    return [Case.objects.get(pk=walk.case.pk).state for walk in walks]


def test_son_hands_out_the_visit_and_the_linked_aid_case_goes_to_the_same_officer(visit: Walk) -> None:
    aid = case_at("received")
    link(visit, aid.case)
    assigned(visit)
    assert states(visit, aid) == ["assigned", "assigned"]
    assert Case.objects.get(pk=aid.case.pk).assignee == person("ha")


def test_both_histories_say_who_and_the_fired_one_from_where(visit: Walk) -> None:
    aid = case_at("received")
    link(visit, aid.case)
    assigned(visit)
    here, there = last(visit.case), last(aid.case)
    assert {here["actor"], there["actor"]} == {str(person("son").pk)}
    assert there["facts"]["fired_by"] == str(visit.case.pk)
    assert "fired_by" not in here["facts"]


def test_what_refuses_there_refuses_here_and_nothing_has_moved(visit: Walk) -> None:
    """The aid case is already with an officer: it cannot be assigned once more."""
    aid = case_at("validity_check")
    link(visit, aid.case)
    before = Event.objects.count()
    with pytest.raises(TransitionRefused) as refused:
        assigned(visit)
    assert [r.code for r in refused.value.reasons] == ["not_in_state"]
    assert refused.value.reasons[0].vi.startswith(f"Hồ sơ liên kết {aid.case.code}: ")
    assert states(visit, aid) == ["received", "validity_check"]
    assert Event.objects.count() == before


def test_the_role_is_asked_for_there_as_well(visit: Walk) -> None:
    aid = case_at("received")
    Case.objects.filter(pk=aid.case.pk).update(unit=OrgUnit.objects.get(code="lanh_su_bien_gioi"))
    link(visit, aid.case)
    with pytest.raises(TransitionRefused) as refused:
        assigned(visit)
    assert "role_missing" in {r.code for r in refused.value.reasons}


def test_a_closed_case_and_one_of_another_procedure_are_left_alone(visit: Walk) -> None:
    aid = case_at("received")
    Case.objects.filter(pk=aid.case.pk).update(closed=True)
    link(visit, aid.case)
    assigned(visit)
    assert states(visit, aid) == ["assigned", "received"]


def test_a_link_that_fires_opens_nothing(visit: Walk) -> None:
    assigned(visit)
    assert states(visit) == ["assigned"]
    assert not LinkedCase.objects.filter(case=visit.case).exists()
    assert not OutboxEntry.objects.filter(case_id=visit.case.pk, kind="link").exists()


def test_what_the_linked_case_promises_is_promised_in_the_same_transaction(visit: Walk) -> None:
    aid = case_at("received")
    link(visit, aid.case)
    before = OutboxEntry.objects.filter(case_id=aid.case.pk, kind="notice").count()
    assigned(visit)
    assert OutboxEntry.objects.filter(case_id=aid.case.pk, kind="notice").count() > before


def test_two_cases_that_name_each_other_do_not_go_round_in_circles(tmp_path: Path) -> None:
    """Each notice of a visit takes the other along; the one whose step led here is not taken again."""
    one = received_visit(tmp_path, "visit_notice")
    other = another_visit(tmp_path)
    link(one, other.case)
    assigned(other)
    assert states(one, other) == ["assigned", "assigned"]
    assert [Event.objects.filter(case=walk.case, name="assign").count() for walk in (one, other)] == [1, 1]


def test_a_link_that_fires_a_step_which_the_other_procedure_lacks_is_not_published(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"ngo_aid không có bước asign .*gần nhất: assign"):
        received_visit(tmp_path, fires="asign")


def test_a_link_to_a_procedure_not_yet_there_may_name_its_step(tmp_path: Path) -> None:
    visit = received_visit(tmp_path, "aid_monitor", "close_down")
    assigned(visit)
    assert states(visit) == ["assigned"]


AUTO = """
  - name: taken_up
    vi: Chuyển thụ lý khi đã có hồ sơ khiếu nại
    en: Taken up once a complaint is linked
    when: auto
    from: [received]
    to: assigned
    by: [system]
    require:
      - code: complained
        cel: links.complaint.exists(l, true)
        vi: Chưa có hồ sơ khiếu nại
        en: No complaint is linked
    src: D
links:
  - {kind: complaint, procedure: complaint, "on": receive, carries: {about_what: "'khac'"}, src: D}
"""


def published(folder: Path, more: str) -> None:
    copy_procedure(folder)
    written = folder / "visit_notice" / "v1" / "procedure.yaml"
    written.write_text(written.read_text() + more.removeprefix("\n"))
    publish_folder(find("visit_notice", "", [folder]), actor=None, now=OPENED, roots=[folder])


def names(visit: Walk) -> list[str]:
    return [e.name for e in Event.objects.filter(case=visit.case).order_by("seq")]


def test_a_linked_case_that_opens_lets_the_automatic_steps_of_the_first_go_on(tmp_path: Path) -> None:
    published(tmp_path, AUTO)
    visit = another_visit(tmp_path, then=["taken_up"])  # the walk delivers what a step has promised
    assert states(visit) == ["assigned"]
    assert names(visit)[-2:] == ["link", "taken_up"]


COMPLETED = """
  - name: completed
    vi: Đã nộp chương trình mới
    en: A new programme has come
    when: auto
    from: [supplement_intake]
    to: submitted
    by: [system]
    require:
      - code: two_programmes
        cel: attachments.programme.count >= 2
        vi: Chưa có chương trình mới
        en: There is no new programme
    src: D
"""


def test_a_file_that_the_applicant_adds_lets_the_automatic_steps_go_on(tmp_path: Path) -> None:
    published(tmp_path, COMPLETED)
    golden = read_scenarios(tmp_path / "visit_notice" / "v1").scenarios[0]
    visit = walked("visit_notice", Scenario(name=golden.name, given=golden.given, steps=golden.steps[:1]))
    item = {"item": "Chương trình", "why": "Thiếu ngày về", "basis": "Quy chế", "how": "Nộp chương trình mới"}
    data = {"items": [item]}
    advance_case(
        case_id=visit.case.pk, transition="request_supplement_intake", actor=person("minh"), now=visit.now, data=data
    )
    body = io.BytesIO(made.pdf("Ngày về 22/3"))
    attach_file(
        case_id=visit.case.pk, kind="programme", name="mới.pdf", source=body, actor=person("lan"), now=visit.now
    )
    assert states(visit) == ["submitted"]
    assert names(visit)[-2:] == ["attach", "completed"]
