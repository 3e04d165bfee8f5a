"""The administrator's calendar pages: a year, a change with its effect before it is confirmed, who changed what."""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.models import User
from cases.models import CalendarDay, OutboxEntry, Published
from tests.cases.officers.walk import NOW, Walk, user
from tests.procedures.province import open_consular_desk

SignIn = Callable[[str], Client]
DAY = {"day": "2026-03-23", "kind": "off", "name": "Nghỉ theo quyết định", "certainty": "confirmed",
       "source_document": "Quyết định 5/QĐ-UBND", "decided_on": "2026-03-02"}  # fmt: skip
CHANGE, REMOVE = "/office/calendar/2026/change/", "/office/calendar/2026/remove/"


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_calendar_is_for_the_administrator_alone(signed_in: SignIn) -> None:
    assert signed_in("admin").get("/office/calendar/").headers["Location"] == "/office/calendar/2026/"
    for path in ("/office/calendar/", "/office/calendar/2026/", CHANGE):
        for somebody in ("ha", "lan", "thu"):
            assert signed_in(somebody).get(path).status_code == 404, (path, somebody)
    assert Client().get(CHANGE).headers["Location"].startswith("/accounts/login/")


def test_a_decided_year_is_shown_without_a_warning(signed_in: SignIn) -> None:
    page = text(signed_in("admin").get("/office/calendar/2026/"))
    assert 'data-day="2026-11-24"' in page
    assert "chưa có quyết định" not in page


def test_a_year_without_a_decision_warns(signed_in: SignIn) -> None:
    page = text(signed_in("admin").get("/office/calendar/2027/"))
    assert "Lịch nghỉ năm 2027 chưa có quyết định" in page
    assert "Theo luật, ước tính" in page


def test_a_year_outside_the_calendar_does_not_exist(signed_in: SignIn) -> None:
    assert signed_in("admin").get("/office/calendar/2090/").status_code == 404


def test_the_effect_is_shown_before_anything_is_written(walk: Walk, signed_in: SignIn) -> None:
    walk.received()
    page = text(signed_in("admin").post(CHANGE, DAY))
    assert 'data-moved="1"' in page
    assert str(walk.case.case_code) in page
    assert "24/03/2026" in page
    assert not CalendarDay.objects.exists()


def test_a_confirmed_change_is_written_and_its_cases_are_promised(walk: Walk, signed_in: SignIn) -> None:
    walk.received()
    here = signed_in("admin")
    page = text(here.post(CHANGE, {**DAY, "confirmed": "yes"}, follow=True))
    assert "Quyết định 5/QĐ-UBND" in page
    assert "Đổi lịch làm việc: 23/03/2026" in page
    assert OutboxEntry.objects.filter(kind="recompute", case_id=walk.case.pk).count() == 1


def test_what_cannot_be_comes_back_with_what_was_typed(walk: Walk, signed_in: SignIn) -> None:
    wrong = {**DAY, "kind": "make_up"}
    for sent in (wrong, {**wrong, "confirmed": "yes"}):
        page = text(signed_in("admin").post(CHANGE, sent), 422)
        assert "Ngày này vốn là ngày làm việc" in page
        assert "Quyết định 5/QĐ-UBND" in page
    assert not CalendarDay.objects.exists()


def test_a_day_is_removed_and_its_row_stays(walk: Walk, signed_in: SignIn) -> None:
    here = signed_in("admin")
    here.post(CHANGE, {**DAY, "confirmed": "yes"})
    assert 'value="2026-03-23"' in text(here.get(f"{REMOVE}?day=2026-03-23"))
    sent = {"day": "2026-03-23", "source_document": "Quyết định 6/QĐ-UBND", "decided_on": ""}
    assert "Bỏ ngày 23/03/2026" in text(here.post(REMOVE, sent))
    page = text(here.post(REMOVE, {**sent, "confirmed": "yes"}, follow=True))
    assert "Đã bỏ" in page
    assert CalendarDay.objects.get().revision == 2


def test_the_page_speaks_english(signed_in: SignIn) -> None:
    User.objects.filter(email=user("admin").email).update(language="en")
    page = text(signed_in("admin").get("/office/calendar/2027/"))
    assert "The days off of 2027 are not decided yet" in page
    assert "Lunar New Year" in page


def test_the_administrator_sees_what_is_published_and_that_nothing_waits(signed_in: SignIn) -> None:
    open_consular_desk()
    page = text(signed_in("admin").get("/office/procedures/"))
    assert 'data-procedure="ngo_aid"' in page
    assert "Mọi thư mục đều đã công bố như đang có." in page
    assert signed_in("ha").get("/office/procedures/").status_code == 404


def test_a_changed_folder_is_shown_as_waiting(signed_in: SignIn) -> None:
    Published.objects.filter(procedure="complaint").update(replaced_at=NOW)
    page = text(signed_in("admin").get("/office/procedures/"))
    assert 'data-draft="complaint"' in page
    assert "công bố được" in page
