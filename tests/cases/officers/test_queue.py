"""The queue as each role finds it, claim and release, and a case by its code."""
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.models import Absence
from cases.models import Event, Task
from tests.cases.officers.walk import NOW, Walk, user

DAY = dt.timedelta(days=1)
SignIn = Callable[[str], Client]


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def codes(html: str) -> list[str]:
    """Return the codes of the cases listed, in order."""
    return re.findall(r'<th scope="row"><a class="nowrap" href="[^"]*">([^<]+)</a>', html)


def task_of(walk: Walk, role: str) -> Task:
    return Task.objects.get(case=walk.case, role=role, done_at=None, part=None)


def test_each_role_sees_the_case_when_it_is_its_turn(walk: Walk, signed_in: SignIn) -> None:
    walk.submitted()
    code = walk.case.code
    assert codes(page(signed_in("minh"), "/queue/")) == [code]
    assert codes(page(signed_in("son"), "/queue/")) == []
    walk.do("minh", "receive", checklist=dict.fromkeys(walk.checklist, "yes"))
    code = walk.case.code
    assert codes(page(signed_in("minh"), "/queue/")) == []
    assert codes(page(signed_in("son"), "/queue/")) == [code]
    assert codes(page(signed_in("kien"), "/queue/")) == []  # another division
    walk.do("son", "assign", assignee="ha@lamgiang.example")
    assert codes(page(signed_in("ha"), "/queue/?tab=mine")) == [code]
    assert codes(page(signed_in("dung"), "/queue/")) == []
    assert codes(page(signed_in("son"), "/queue/?tab=waiting")) == [code]


def test_minh_sees_why_the_case_waits_and_how_long_in_words(walk: Walk, signed_in: SignIn) -> None:
    walk.submitted()
    html = page(signed_in("minh"), "/queue/?tab=unit")
    assert "Đã nộp, chờ kiểm tra" in html
    assert "Còn 1 ngày làm việc" in html
    assert f'data-task="{task_of(walk, "intake").pk}" data-case-state="submitted"' in html
    walk.pass_time(3 * DAY)
    late = page(signed_in("minh"), "/queue/?tab=late")
    assert codes(late) == [walk.case.code]
    assert "Quá hạn 2 ngày làm việc" in late


def test_minh_takes_the_task_and_gives_it_back(walk: Walk, signed_in: SignIn) -> None:
    task, minh = task_of(walk.submitted(), "intake"), signed_in("minh")
    answer = minh.post(f"/queue/{task.pk}/claim/", {"next": "/queue/?tab=mine"})
    assert (answer.status_code, answer["Location"]) == (303, "/queue/?tab=mine")
    mine = page(minh, "/queue/?tab=mine")
    assert codes(mine) == [walk.case.code]
    assert "Đã nhận việc" in mine
    assert minh.post(f"/queue/{task.pk}/release/", {"next": "https://elsewhere.example/"})["Location"] == "/queue/"
    assert codes(page(minh, "/queue/")) == [walk.case.code]
    names = Event.objects.filter(case=walk.case).order_by("seq").values_list("name", flat=True)
    assert list(names)[-2:] == ["claim", "release"]


def test_a_task_that_somebody_holds_stays_theirs_and_says_whose_it_is(walk: Walk, signed_in: SignIn) -> None:
    walk.reviewed()
    task = task_of(walk, "dept_leader")
    assert signed_in("binh").post(f"/queue/{task.pk}/claim/").status_code == 303
    answer = signed_in("yen").post(f"/queue/{task.pk}/claim/")
    assert answer.status_code == 422
    assert "Đỗ Thanh Bình đã nhận việc này" in answer.content.decode()
    assert "Đỗ Thanh Bình" in page(signed_in("yen"), f"/queue/?who={user('binh').pk}")


def test_claiming_is_for_the_role_and_only_by_post(walk: Walk, signed_in: SignIn) -> None:
    task = task_of(walk.submitted(), "intake")
    assert signed_in("van").post(f"/queue/{task.pk}/claim/").status_code == 422
    assert signed_in("minh").get(f"/queue/{task.pk}/claim/").status_code == 405
    assert signed_in("minh").post("/queue/999999/claim/").status_code == 404
    assert Client().get("/queue/").status_code == 302
    assert signed_in("minh").post("/queue/").status_code == 405


def test_filters_keep_to_procedure_state_and_person_and_nonsense_does_no_harm(walk: Walk, signed_in: SignIn) -> None:
    minh, code = signed_in("minh"), walk.submitted().case.code
    assert codes(page(minh, "/queue/?procedure=ngo_aid&state=submitted")) == [code]
    assert codes(page(minh, "/queue/?procedure=complaint")) == []
    assert codes(page(minh, "/queue/?tab=nonsense&page=99999999&who=nobody")) == []
    assert codes(page(minh, "/queue/?page=-3&state=received")) == []


def test_dung_is_told_of_the_work_of_ha_while_she_is_away(walk: Walk, signed_in: SignIn) -> None:
    walk.assigned()
    Absence.objects.create(user=user("ha"), substitute=user("dung"), reason="Nghỉ phép",
                           valid_from=NOW.date(), valid_to=NOW.date() + 5 * DAY)
    html = page(signed_in("dung"), "/queue/?tab=mine")
    assert "Việc của người vắng mặt mà bạn thay" in html
    assert walk.case.code in html


def test_a_code_leads_to_the_case_and_tells_nga_of_another_division_only_its_status(
    walk: Walk, signed_in: SignIn
) -> None:
    code = walk.received().case.code
    answer = signed_in("ha").get("/queue/", {"q": f" {code.lower()} "})
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{code}/")
    told = page(signed_in("nga"), f"/queue/?q={code}")
    assert "chỉ xem được mã và tình trạng" in told
    assert "Được tiếp nhận" in told
    assert walk.case.title not in told
    assert page(signed_in("nga"), f"/cases/{code}/", 404)
    assert "Không có hồ sơ nào với mã" in page(signed_in("cong-an"), f"/queue/?q={code}")


def test_an_agency_is_led_straight_to_its_answer(walk: Walk, signed_in: SignIn) -> None:
    walk.consulting()
    html = page(signed_in("cong-an"), "/queue/")
    part = walk.opinion("provincial_police")
    assert f'href="/cases/{walk.case.code}/parts/{part.key}/do/answer/"' in html
    assert "Chờ người khác" not in html


def test_the_queue_speaks_english_to_who_reads_english(walk: Walk, signed_in: SignIn) -> None:
    walk.submitted()
    minh = user("minh")
    minh.language = "en"
    minh.save()
    html = page(signed_in("minh"), "/queue/")
    for words in ("Work queue", "To take", "Submitted, awaiting intake check", "1 working day left", "Take"):
        assert words in html
    assert "Việc cần làm" not in html


def test_the_queue_asks_the_database_little_and_no_more_for_more_cases(
    walk: Walk, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    minh = signed_in("minh")
    walk.submitted()
    page(minh, "/queue/")
    with django_assert_max_num_queries(45):
        page(minh, "/queue/")
