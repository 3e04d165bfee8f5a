"""Service of a supplement request: delivered in the application, or asked of the one-stop unit on paper (§3.5)."""
from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

from django.db import connection

from accounts.models import User
from cases.effects import Effect
from cases.errors import DeliveryPostponed
from cases.models import Case, Event, OutboxEntry, Part
from cases.services import advance_case, open_case
from cases.services.outbox import Delivery, deliver, due_entries
from notifications import handlers
from notifications.models import IN_APP, Message
from tests.notifications.scene import NOW, Scene, names, readers, worked_off

GRIEVANCE = {
    "about_case": "H99.14-260105-0003",
    "about_what": "cham",
    "grievance": "Hồ sơ nộp đủ từ đầu tháng 01 nhưng đến ngày hẹn chưa có kết quả.",
    "wanted": "Giải quyết lại hồ sơ.",
}
APPLICANT = {
    "applicant_kind": "ca_nhan", "applicant_name": "Trần Thị Lan", "applicant_id_no": "001190000001",
    "applicant_address": "Số 8 đường Học Tập", "contact_name": "Trần Thị Lan", "contact_phone": "0912345678",
    "filed_for": "tu_nop", "channel": "truc_tuyen", "return_method": "truc_tuyen",
}
ITEMS = [{"item": "Bản chụp giấy hẹn", "why": "Chưa có", "basis": "Nghị định 118/2025/NĐ-CP", "how": "Chụp rồi gửi."}]


def filed(scene: Scene, applicant: User | None) -> Case:
    """Lan files a complaint herself, or Minh enters one of somebody without an account."""
    at_counter = applicant is None
    actor = scene.minh if applicant is None else applicant
    values = {**APPLICANT, **GRIEVANCE}
    opened = (
        open_case(procedure="complaint", actor=actor, now=NOW, applicant=None, values=values)
        if at_counter
        else open_case(procedure="complaint", actor=actor, now=NOW, values=values)
    )
    case = opened.case
    data: dict[str, Any] = {"confirm": ["data_notice"], **({"filed_how": "truc_tiep"} if at_counter else {})}
    step = "file_at_counter" if at_counter else "submit"
    advance_case(case_id=case.pk, transition=step, actor=actor, now=NOW, data=data)
    worked_off(NOW)
    return case


def asked(scene: Scene, case: Case) -> Part:
    advance_case(
        case_id=case.pk, transition="request_supplement_intake", actor=scene.minh, now=NOW, data={"items": ITEMS}
    )
    return Part.objects.get(case=case, kind="supplement")


def test_the_message_in_lans_inbox_is_the_service_and_its_time_runs_from_then(scene: Scene) -> None:
    part = asked(scene, case := filed(scene, scene.lan))
    assert part.due_on is None
    assert Delivery.DEAD not in worked_off(NOW)
    part.refresh_from_db()
    assert (part.fields["served_on"], part.fields["service_kind"]) == ("2026-03-05", "trong_he_thong")
    told = Message.objects.get(case=case, notice="supplement_asked", recipient=scene.lan, channel=IN_APP)
    assert f"Hạn cuối: {part.due_on:%d/%m/%Y}." in told.body
    assert Event.objects.get(case=case, name="note_service").actor == "system"


def test_service_waits_until_the_message_has_been_written(scene: Scene) -> None:
    asked(scene, filed(scene, scene.lan))
    service = OutboxEntry.objects.get(kind="service")
    assert deliver(service.pk, now=NOW) is Delivery.POSTPONED
    service.refresh_from_db()
    assert (service.attempts, service.due) == (0, NOW + handlers.SHORTLY)


def test_a_notice_that_is_written_while_the_service_looks_is_not_overlooked(scene: Scene) -> None:
    """Two carriers at once: under kill -9 with Celery, Lan had the message and was to be served on paper besides."""
    asked(scene, case := filed(scene, scene.lan))
    notice = OutboxEntry.objects.get(case_id=case.pk, kind="notice", done_at=None)
    service = OutboxEntry.objects.get(kind="service")
    effect = Effect(service.pk, service.key, "service", case.pk, service.seq, service.payload, 1, NOW)

    def the_other_is_faster(execute: Any, sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if "cases_part" not in sql and others:
            deliver(others.pop(), now=NOW)
        return found

    others = [notice.pk]
    with connection.execute_wrapper(the_other_is_faster), contextlib.suppress(DeliveryPostponed):
        handlers.serve(effect)
    worked_off(NOW + handlers.SHORTLY)
    assert Event.objects.filter(case=case, name="note_service").count() == 1
    assert not Message.objects.filter(case=case, notice="service_needed").exists()


def test_nobody_with_an_account_so_minh_who_asked_is_told_to_serve_on_paper(scene: Scene) -> None:
    part = asked(scene, case := filed(scene, None))
    assert Delivery.DEAD not in worked_off(NOW)
    part.refresh_from_db()
    assert "served_on" not in part.fields
    assert readers(Message.objects.filter(case=case, notice="service_needed")) >= names(scene.minh)


def test_service_recorded_on_paper_meanwhile_is_left_as_it_is(scene: Scene) -> None:
    part = asked(scene, filed(scene, scene.lan))
    part.fields = {**part.fields, "served_on": "2026-03-04", "service_kind": "bang_giay"}
    part.save(update_fields=["fields"])
    assert Delivery.DEAD not in worked_off(NOW)
    part.refresh_from_db()
    assert part.fields["served_on"] == "2026-03-04"


def test_a_notice_that_was_given_up_serves_nobody(scene: Scene) -> None:
    part = asked(scene, case := filed(scene, scene.lan))
    notice = OutboxEntry.objects.get(case_id=case.pk, kind="notice", done_at=None)
    OutboxEntry.objects.filter(pk=notice.pk).update(dead_at=NOW)
    worked_off(NOW)
    part.refresh_from_db()
    assert "served_on" not in part.fields
    assert Message.objects.filter(case=case, notice="service_needed", recipient=scene.minh).exists()


def test_serving_twice_records_it_once(scene: Scene) -> None:
    asked(scene, case := filed(scene, scene.lan))
    worked_off(NOW)
    OutboxEntry.objects.filter(kind="service").update(done_at=None)  # as if the worker died before it said done
    worked_off(NOW + dt.timedelta(hours=1))
    assert Event.objects.filter(case=case, name="note_service").count() == 1


def test_the_whole_way_from_filing_is_told_without_a_dead_letter(scene: Scene) -> None:
    case = filed(scene, scene.lan)
    assert readers(Message.objects.filter(case=case, notice="case_filed")) == names(*scene.counter)
    assert not OutboxEntry.objects.filter(dead_at__isnull=False).exists()
    assert not due_entries(NOW).exists()
