"""Papers of a case as rows: what each is, whose turn, the next step; a page for each; many are narrowed and turned."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from cases.services import Target, advance_case, advance_each
from tests.cases.consular.desk import MATCHES, assigned, match_all
from tests.procedures.runner import Walk, person

pytestmark = pytest.mark.usefixtures("at_consular_desk")


@pytest.fixture
def five(monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Five papers that Nga compares."""
    walk = assigned(5)
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())
    return walk


def read(who: str, walk: Walk, place: str = "", status: int = 200) -> str:
    client = Client()
    client.force_login(person(who))
    answer = client.get(f"/cases/{walk.case.case_code}/{place}")
    assert answer.status_code == status, answer.content.decode()[:2000]
    return re.sub(r"\s+", " ", answer.content.decode())


def rows(html: str, kind: str = "paper") -> dict[str, str]:
    """Return the rows of a kind of part by key, without their tags."""
    found = re.findall(rf'<tr id="({kind}-\d+)"(.*?)</tr>', html)
    return {key: re.sub(r"<[^>]*>", " ", row) for key, row in found}


def matched(walk: Walk, numbers: range) -> None:
    targets = [Target(walk.case.pk, f"paper-{n}") for n in numbers]
    advance_each(targets=targets, transition="match", actor=person("nga"), now=walk.now, data=MATCHES)


def test_a_row_tells_paper_country_way_state_whose_turn_and_the_next_step(five: Walk) -> None:
    html = read("nga", five)
    row = rows(html)["paper-3"]

    for words in (
        "3. Giấy chứng nhận xuất xứ hàng hóa số 3", "Lào", "Chứng nhận lãnh sự", "Đối chiếu mẫu dấu, chữ ký",
        "Cao Thị Nga", "Khớp mẫu",
    ):  # fmt: skip
        assert words in row, words
    assert f'href="/cases/{five.case.case_code}/parts/paper-3/do/match/"' in html
    assert f'href="/cases/{five.case.case_code}/batch/paper/match/"' in html


def test_three_papers_stand_whole_on_the_page_with_every_step_and_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = assigned(3)
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())
    html = read("nga", walk)

    assert rows(html) == {}
    for n in (1, 2, 3):
        assert f"/parts/paper-{n}/do/propose_refusal/" in html
        assert f'data-refused="paper-{n}.sign"' in html


def test_the_last_papers_in_work_stand_whole_above_those_that_went_on(five: Walk) -> None:
    for n in range(1, 4):
        advance_case(case_id=five.case.pk, part_id=f"paper-{n}", transition="withdraw_paper", actor=person("lan"),
                     now=five.now, data={"confirm": ["fee_kept"]})  # fmt: skip
    html = read("nga", five)

    assert list(rows(html)) == ["paper-1", "paper-2", "paper-3"]
    assert "/parts/paper-4/do/propose_refusal/" in html


def test_a_paper_has_a_page_with_its_steps_specimens_original_and_own_history(five: Walk) -> None:
    html = read("nga", five, "parts/paper-3/")

    for step in ("match", "propose_refusal", "ask_verification"):
        assert f"/parts/paper-3/do/{step}/" in html
    assert 'data-refused="paper-3.sign"' in html
    assert 'data-fits="yes"' in html  # the specimen beside the scan
    assert f'href="/cases/{five.case.case_code}/parts/original-3/"' in html
    history = html[html.index('id="history"') :]
    assert "Bắt đầu đối chiếu" in history
    assert "Nộp hồ sơ" not in history
    assert f'rel="next" href="/cases/{five.case.case_code}/parts/paper-4/"' in html


def test_who_may_not_open_a_paper_finds_none_and_lan_is_led_to_it_on_her_page(five: Walk) -> None:
    lan = Client()
    lan.force_login(person("lan"))
    led = lan.get(f"/cases/{five.case.case_code}/parts/paper-3/")

    assert (led.status_code, led["Location"]) == (302, f"/cases/{five.case.case_code}/#paper-3")
    assert 'id="paper-3"' in read("lan", five)
    read("nga", five, "parts/paper-9/", 404)
    read("hoa", five, "parts/paper-3/", 404)


def test_after_a_paper_nga_is_led_to_the_next_that_waits_for_the_same_step(five: Walk) -> None:
    advance_case(case_id=five.case.pk, part_id="paper-2", transition="match", actor=person("nga"), now=five.now,
                 data=MATCHES)  # fmt: skip
    five.case.refresh_from_db()
    told = read("nga", five, f"?done={five.case.head_seq}")
    told = told[told.index("data-done") : told.index("data-case-state")]

    assert f'href="/cases/{five.case.case_code}/parts/paper-3/do/match/"' in told


def test_a_second_yes_that_is_awaited_is_the_next_thing_in_the_row_of_who_gives_it(five: Walk) -> None:
    match_all(five)
    advance_case(case_id=five.case.pk, part_id="paper-2", transition="bind_stamp", actor=person("nga"), now=five.now,
                 data={"stamp_no": "TA000101"})  # fmt: skip
    wrong = {"reason": "Chọn nhầm số tem, chưa dán vào giấy tờ.", "confirm": ["not_affixed"]}
    advance_case(case_id=five.case.pk, part_id="paper-2", transition="unbind_stamp", actor=person("nga"), now=five.now,
                 data=wrong)  # fmt: skip

    assert "xem và đồng ý" in rows(read("giang", five))["paper-2"]
    assert "xem và đồng ý" not in rows(read("nga", five))["paper-2"]
    assert "/parts/paper-2/do/agree/" in read("giang", five, "parts/paper-2/")


def test_what_may_be_done_and_is_nobody_s_work_is_not_the_next_thing_of_a_row(five: Walk) -> None:
    match_all(five)
    advance_case(case_id=five.case.pk, part_id="paper-2", transition="bind_stamp", actor=person("nga"), now=five.now,
                 data={"stamp_no": "TA000101"})  # fmt: skip
    hers, his = rows(read("nga", five)), rows(read("binh", five))

    assert "Gắn số tem" in hers["paper-1"]
    assert "Trả số tem về kho" not in hers["paper-2"]
    assert "Mở (1 việc)" in hers["paper-2"]
    assert "Ký chứng nhận" in his["paper-2"]


def test_many_papers_are_narrowed_by_state_and_by_what_one_can_go_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = assigned(12)
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())
    matched(walk, range(1, 5))
    html = read("binh", walk)

    assert len(rows(html)) == 12
    assert re.search(r'href="\?paper=comparing#part-paper">Đối chiếu mẫu dấu, chữ ký <span[^>]*>8<', html)
    assert list(rows(read("binh", walk, "?paper=awaiting_signature"))) == [f"paper-{n}" for n in range(1, 5)]
    assert list(rows(read("binh", walk, "?paper=for-me"))) == [f"paper-{n}" for n in range(1, 5)]
    assert len(rows(read("binh", walk, "?paper=nowhere"))) == 12


def test_more_than_fifty_papers_are_turned_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = assigned(52)
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())
    html = read("nga", walk)

    assert list(rows(html))[-1] == "paper-50"
    assert 'href="?paper=&amp;paper-page=2#part-paper"' in html
    assert list(rows(read("nga", walk, "?paper-page=2"))) == ["paper-51", "paper-52"]
    assert len(rows(read("nga", walk, "?paper-page=99"))) == 2
    assert len(rows(read("nga", walk, "?paper-page=x"))) == 50


def test_the_page_of_a_case_shows_the_latest_events_and_documents_and_leads_to_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walk = assigned(30)
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())
    match_all(walk)
    html, code = read("nga", walk), walk.case.case_code

    assert html.count("data-event=") == 30
    assert f'href="/cases/{code}/history/"' in html
    assert html.count("data-document=") == 20
    assert f'href="/cases/{code}/documents/"' in html
    assert read("nga", walk, "history/").count("data-event=") == walk.case.events.count()
    assert read("nga", walk, "documents/").count('data-document="consular_stamp"') == 30
    assert read("lan", walk, "documents/").count('data-document="consular_stamp"') == 0
    read("lan", walk, "history/", 404)
