"""What anybody may ask before filing: answered from the live tables, and honestly when nobody can tell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from cases.models import Case, TableRow
from cases.publication import publish_folder
from tests.workflows.folder_of_permit import permit_folder
from workflows.errors import DefinitionError
from workflows.registry import find

NOW = dt.datetime(2026, 3, 5, 2, 0, tzinfo=dt.UTC)
TARIFF = """
tables:
  tariff:
    vi: Mức thu
    en: Tariff
    kind: decision
    hit: first
    inputs: {nights: int, guests: int}
    columns: [{name: fee, vi: Mức, en: Amount, type: money, required: true}]
    rows:
      - {code: short, if: nights <= 3, fee: {minor: 100000, currency: VND}, confirmed: true, src: D}
      - {code: long, if: nights > 3 && nights < 30, fee: {minor: 300000, currency: VND}, confirmed: false, src: D}
inquiries:
  - code: what_it_costs
    vi: Giấy phép của tôi hết bao nhiêu tiền?
    en: What does my permit cost?
    ask: [nights, guests.age]
    fields: [{name: hurried, vi: Cần gấp, en: In a hurry, type: bool, required: true}]
    given: {guests.first: "!ask.hurried"}
    answers:
      - {code: hurry, if: "ask.hurried && dossier.guests.exists(g, g.first != null && g.first)", vi: x, en: x}
      - {code: not_today, if: ask.hurried, vi: Không nhận gấp, en: Not in a hurry}
      - code: grown
        if: "dossier.fee != null && dossier.guests.all(g, g.age >= 18)"
        vi: Được cấp
        en: You may have it
        show: [fee, guests.age]
        term: true
      - {code: child, if: "dossier.guests.exists(g, g.age < 18)", vi: Cần người giám hộ, en: A guardian is needed}
"""
FIELDS = """\
fields:
  - {name: fee, vi: Phí, en: Fee, type: money, computed: "decide('tariff', {'nights': dossier.nights, 'guests': dossier.guests.size()}).fee"}
  - name: guests
    vi: Khách
    en: Guests
    type: table
    required: true
    columns:
      - {name: age, vi: Tuổi, en: Age, type: int, required: true, min: 0, max: 130}
      - {name: first, vi: Lần đầu, en: First time, type: bool, required: false}
      - {name: passport, vi: Hộ chiếu, en: Passport, type: text, required: true, personal: true}
"""  # noqa: E501  # lines of a folder
TEXT = "title: Giấy phép\n---\n{{ applicant_name }} được ở {{ nights }} đêm.\n"
ASKED = "/procedures/permit/ask/what_it_costs/?asked=1"

pytestmark = pytest.mark.django_db


def written(folder: Path, more: str = TARIFF) -> None:
    """Write the permit's folder with a tariff and its inquiry, and publish it."""
    made = permit_folder(folder, dossier=("fields:\n", FIELDS))
    (made / "papers").mkdir()
    (made / "papers" / "permit.txt").write_text(TEXT)
    rules = made / "procedure.yaml"
    rules.write_text(rules.read_text() + more.removeprefix("\n"))
    publish_folder(find("permit", "", [folder]), actor=None, now=NOW)


@pytest.fixture
def hong(tmp_path: Path) -> Client:
    """Hồng, who has no account."""
    written(tmp_path)
    return Client()


def page(hong: Client, path: str, status: int = 200, language: str = "vi") -> str:
    answer = hong.get(path, headers={"accept-language": language})
    assert answer.status_code == status
    return answer.content.decode()


def test_hong_finds_the_question_on_the_page_of_the_procedure(hong: Client) -> None:
    assert 'href="/procedures/permit/ask/what_it_costs/"' in page(hong, "/procedures/permit/")
    asked = page(hong, "/procedures/permit/ask/what_it_costs/")
    assert "Số đêm" in asked
    assert "Cần gấp" in asked
    assert 'id="answer"' not in asked


def test_she_is_told_what_follows_from_her_answers_and_nothing_is_kept(hong: Client) -> None:
    told = page(hong, f"{ASKED}&nights=3&age=20&hurried=false")
    assert "Được cấp" in told
    assert "100.000 VND" in told
    assert "5 ngày làm việc" in told
    assert "chưa xác nhận" not in told
    assert not Case.objects.exists()
    assert "You may have it" in page(hong, f"{ASKED}&nights=3&age=20&hurried=false", language="en")


def test_an_answer_that_rests_on_what_nobody_confirmed_says_so(hong: Client) -> None:
    told = page(hong, f"{ASKED}&nights=5&age=20&hurried=false")
    assert "300.000 VND" in told
    assert "cơ quan chưa xác nhận" in told


def test_the_first_answer_that_holds_is_given_and_what_is_supposed_counts(hong: Client) -> None:
    assert "Cần người giám hộ" in page(hong, f"{ASKED}&nights=3&age=7&hurried=false")
    assert "Không nhận gấp" in page(hong, f"{ASKED}&nights=3&age=20&hurried=true")


def test_an_amount_that_the_office_has_changed_is_told_at_once(hong: Client) -> None:
    TableRow.objects.filter(table="tariff", key="short").update(
        columns={"if": "nights <= 3", "fee": {"minor": 150_000, "currency": "VND"}, "order": 10}
    )
    assert "150.000 VND" in page(hong, f"{ASKED}&nights=2&age=20&hurried=false")


def test_what_nobody_can_tell_is_said_and_not_guessed(hong: Client) -> None:
    told = page(hong, f"{ASKED}&nights=31&age=20&hurried=false")
    assert "Chúng tôi chưa trả lời được trường hợp này" in told
    assert "Được cấp" not in told


@pytest.mark.parametrize("typed", ["nights=&age=20&hurried=false", "nights=ba&age=20&hurried=false", "nights=3"])
def test_a_question_half_answered_is_asked_again(hong: Client, typed: str) -> None:
    told = page(hong, f"{ASKED}&{typed}", status=422)
    assert "error-summary" in told
    assert 'id="answer"' not in told


def test_a_question_that_there_is_not_is_not_found(hong: Client) -> None:
    assert hong.get("/procedures/permit/ask/what_it_takes/").status_code == 404
    assert hong.get("/procedures/permits/ask/what_it_costs/").status_code == 404


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (("ask: [nights, guests.age]", "ask: [night]"), "không có trường night"),
        (("ask: [nights, guests.age]", "ask: [nights, guests.passport]"), "không hỏi passport trước khi nộp"),
        (("ask: [nights, guests.age]", "ask: [nights, fee]"), "không hỏi fee trước khi nộp"),
        (("show: [fee, guests.age]", "show: [fees]"), "không có trường fees"),
        (("if: ask.hurried,", "if: ask.hurry,"), "hurry"),
        (("!ask.hurried", "dossier.nights"), "bool"),
    ],
)
def test_a_question_that_must_not_be_asked_or_cannot_be_answered_is_not_published(
    tmp_path: Path, changed: tuple[str, str], told: str
) -> None:
    with pytest.raises(DefinitionError, match=told):
        written(tmp_path, TARIFF.replace(*changed))
