"""Links between cases: opened once the other procedure is published, pending and visible until then."""
from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

from cases.models import Case, Event, LinkedCase, OutboxEntry, Task
from cases.presentation.queue import what_waits
from cases.publication import publish_folder
from cases.services.outbox import Delivery, deliver
from tests.cases.outbox.conftest import NOW, Complaint
from tests.guide import copy_procedure
from workflows.registry import find

LATER = NOW + dt.timedelta(hours=2)
CARRIES: dict[str, Any] = {"about_case": "2MMG-CJWB-XWL5", "about_what": "khac"}


def linked(complaint: Complaint, procedure: str = "complaint", **carries: Any) -> tuple[LinkedCase, OutboxEntry]:
    """A step of the complaint has promised a link to another procedure."""
    link = LinkedCase.objects.create(
        kind="follow_up", case=complaint.case, procedure=procedure, carries=carries or CARRIES, created_at=NOW
    )
    row = {"kind": "link", "case_id": complaint.case.pk, "seq": 2, "due": NOW, "created_at": NOW}
    entry = OutboxEntry.objects.create(key=f"{complaint.case.pk}:2:link:follow_up", payload={"link": link.pk}, **row)
    return link, entry


def test_the_linked_case_opens_for_the_same_applicant_with_what_the_link_carries(complaint: Complaint) -> None:
    link, entry = linked(complaint)
    assert deliver(entry.pk, now=NOW) is Delivery.DONE
    link.refresh_from_db()
    other = link.other
    assert other is not None
    assert (link.status, other.procedure, other.state) == ("linked", "complaint", "draft")
    assert (other.applicant, other.opened_by) == (complaint.case.applicant, complaint.case.opened_by)
    assert {name: other.dossier[name] for name in CARRIES} == CARRIES
    assert Event.objects.get(case=other, seq=1).actor == "system"


def test_the_source_case_says_so_and_its_chain_goes_on(complaint: Complaint) -> None:
    _, entry = linked(complaint)
    head, version = complaint.case.head_hash, complaint.case.version
    deliver(entry.pk, now=NOW)
    said = Event.objects.get(case=complaint.case, name="link")
    complaint.case.refresh_from_db()
    assert (complaint.case.head_hash, complaint.case.version) == (said.hash, version)
    assert head.encode() in bytes(said.body)
    complaint.received()


def test_a_link_is_opened_once(complaint: Complaint) -> None:
    _, entry = linked(complaint)
    deliver(entry.pk, now=NOW)
    OutboxEntry.objects.filter(pk=entry.pk).update(done_at=None)
    assert deliver(entry.pk, now=NOW) is Delivery.DONE
    assert Case.objects.count() == 2
    assert complaint.events("link") == 1


def test_a_link_to_a_procedure_that_is_not_published_waits_with_a_task(complaint: Complaint) -> None:
    link, entry = linked(complaint, "aid_monitor")
    assert deliver(entry.pk, now=NOW) is Delivery.POSTPONED
    link.refresh_from_db()
    assert (link.status, link.other) == ("pending", None)
    task = Task.objects.get(case=complaint.case, state="link_pending")
    assert (task.role, task.done_at) == ("specialist", None)
    assert what_waits(task).startswith("Chờ mở hồ sơ liên kết")
    complaint.received()
    task.refresh_from_db()
    assert task.done_at is None, "the next step closes only its own tasks"
    deliver(entry.pk, now=OutboxEntry.objects.get(pk=entry.pk).due)
    assert Task.objects.filter(case=complaint.case, state="link_pending").count() == 1


def test_it_opens_as_soon_as_the_procedure_is_published(complaint: Complaint, tmp_path: Path) -> None:
    link, entry = linked(complaint, "visit_notice", subject="Trao đổi học bổng")
    assert deliver(entry.pk, now=NOW) is Delivery.POSTPONED
    copy_procedure(tmp_path)
    publish_folder(find("visit_notice", "", [tmp_path]), actor=None, now=LATER, roots=[tmp_path])
    assert OutboxEntry.objects.get(pk=entry.pk).due == LATER
    assert deliver(entry.pk, now=LATER) is Delivery.DONE
    link.refresh_from_db()
    assert link.other is not None
    assert link.other.procedure == "visit_notice"
    assert not Task.objects.filter(state="link_pending", done_at=None).exists()


def test_it_waits_for_the_day_from_which_the_published_version_is_the_law(complaint: Complaint, tmp_path: Path) -> None:
    _, entry = linked(complaint, "visit_notice", subject="Trao đổi học bổng")
    deliver(entry.pk, now=NOW)
    written = copy_procedure(tmp_path) / "procedure.yaml"
    found = re.sub(r'effective: \{from: "[0-9-]+"', 'effective: {from: "2026-09-01"', written.read_text())
    written.write_text(found)
    publish_folder(find("visit_notice", "", [tmp_path]), actor=None, now=LATER, roots=[tmp_path])
    assert OutboxEntry.objects.get(pk=entry.pk).due == dt.datetime(2026, 8, 31, 17, 0, tzinfo=dt.UTC)


def test_what_the_other_dossier_does_not_take_is_given_up_where_people_see_it(complaint: Complaint) -> None:
    _, entry = linked(complaint, "complaint", about_what="khong_co")
    assert deliver(entry.pk, now=NOW) is Delivery.DEAD
    dead = OutboxEntry.objects.get(pk=entry.pk)
    assert dead.last_error == "DeliveryImpossible: carries: about_what"
    said = Event.objects.get(case=complaint.case, name="delivery_given_up")
    assert b'"effect":"link"' in bytes(said.body)
    complaint.case.refresh_from_db()
    assert complaint.case.head_hash == said.hash
