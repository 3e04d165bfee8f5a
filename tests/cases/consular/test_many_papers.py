"""A case of many papers: one step of all of them in one go, each told by itself, and pages that ask no more often."""

from __future__ import annotations

import os

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Event
from cases.services import Target, advance_case, advance_each
from cases.signing import awaiting
from tests.audit.proof import faults_of_history
from tests.cases.consular.desk import MATCHES, assigned, match_all
from tests.procedures.runner import Walk, person

pytestmark = pytest.mark.usefixtures("at_consular_desk")
PAPERS = 200 if os.environ.get("HOSO_TEST_ALL") == "1" else 30  # of a batch: more than go into one transaction
MOST = 12  # statements of a paper in a batch, its draft among them
ONCE = 60  # those of a transaction, whatever number of papers
LARGEST = 300_000  # bytes of a page


def come(name: str, walk: Walk, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())
    client = Client()
    client.force_login(person(name))
    return client


def events(walk: Walk, name: str) -> list[str]:
    return list(Event.objects.filter(case=walk.case, name=name).order_by("seq").values_list("part_key", flat=True))


def test_of_a_batch_one_unfit_paper_is_told_why_and_all_the_others_are_taken() -> None:
    walk = assigned(PAPERS)
    unfit = f"paper-{PAPERS // 2}"
    advance_case(  # its refusal was proposed while Nga filled in the form
        case_id=walk.case.pk, part_id=unfit, transition="propose_refusal", actor=person("nga"), now=walk.now,
        data={"refusal_code": "altered_document", "refusal_text": "Ngày cấp trên giấy tờ bị sửa, không có đính chính."},
    )  # fmt: skip

    with CaptureQueriesContext(connection) as asked:
        results = match_all(walk)

    refused = {result.target.part_key: [r.code for r in result.reasons] for result in results if not result.outcome}
    taken = [result.target.part_key for result in results if result.outcome]
    assert refused == {unfit: ["not_in_state"]}
    assert len(taken) == PAPERS - 1
    assert events(walk, "match") == taken
    assert set(walk.case.parts.filter(kind="paper").values_list("state", flat=True)) == {
        "awaiting_signature", "refusal_proposed",
    }  # fmt: skip
    assert len(asked) < MOST * PAPERS + ONCE * (PAPERS // 25 + 4)
    assert faults_of_history() == []


def test_each_paper_has_its_own_draft_and_the_answer_names_it() -> None:
    results = match_all(assigned(3))

    made = [document["id"] for result in results if result.outcome for document in result.outcome.documents]
    assert len(set(made)) == len(made) == 3


def test_the_same_form_sent_again_takes_nothing_twice() -> None:
    walk = assigned(3)
    keys, nga = ["paper-1", "paper-2", "paper-3"], person("nga")

    def send() -> list[tuple[int, bool]]:
        found = advance_each(
            targets=[Target(walk.case.pk, key) for key in keys], transition="match", actor=nga, now=walk.now,
            data=MATCHES, idempotency_key="one-form-of-nga",
        )  # fmt: skip
        return [(one.outcome.event["seq"], one.outcome.repeated) for one in found if one.outcome]

    first, again = send(), send()

    assert again == [(seq, True) for seq, _ in first]
    assert events(walk, "match") == keys


def test_one_stamp_for_two_papers_in_one_form_is_given_to_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = assigned(2)
    match_all(walk)

    results = advance_each(
        targets=[Target(walk.case.pk, key) for key in ("paper-1", "paper-2")], transition="bind_stamp",
        actor=person("nga"), now=walk.now, data={"stamp_no": "TA000101"},
    )  # fmt: skip

    assert [result.outcome is not None for result in results] == [True, False]
    assert [reason.code for reason in results[1].reasons] == ["serial_in"]
    assert events(walk, "bind_stamp") == ["paper-1"]


def test_pages_of_a_case_ask_as_often_for_fifty_papers_as_for_one_and_stay_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, fifty = (asked_for(papers, monkeypatch) for papers in (1, 50))

    assert {page: (one[page][0], found) for page, (found, _) in fifty.items() if found > one[page][0]} == {}
    assert {page: size for page, (_, size) in fifty.items() if size > LARGEST and page[0] != "an"} == {}


def test_the_signing_list_asks_as_often_for_twenty_papers_of_a_case_as_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walk, binh = assigned(20), person("binh")
    client = come("binh", walk, monkeypatch)

    def listed(keys: list[str]) -> tuple[int, int]:
        targets = [Target(walk.case.pk, key) for key in keys]
        advance_each(targets=targets, transition="match", actor=person("nga"), now=walk.now, data=MATCHES)
        return measured(client, "/signing/")[0], len(awaiting(binh, walk.now))

    client.get("/signing/")
    one, twenty = listed(["paper-1"]), listed([f"paper-{n}" for n in range(2, 21)])

    assert twenty[1] - one[1] == 19
    assert twenty[0] <= one[0]


def asked_for(papers: int, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], tuple[int, int]]:
    """Return how often pages ask, and their bytes: of the officer, of the leader who signs, of who filed."""
    walk = assigned(papers)
    case = f"/cases/{walk.case.case_code}/"
    clients = {who: come(who, walk, monkeypatch) for who in ("nga", "binh", "lan", "an")}
    pages = [*((who, case) for who in clients), ("an", f"/history/{walk.case.code}/")]
    pages += [("nga", f"{case}{page}") for page in ("parts/paper-1/", "parts/paper-1/do/match/", "batch/paper/match/")]
    for who in clients:
        clients[who].get(case)  # what this process keeps is read
    places = {a: a.replace(walk.case.code, "") for _, a in pages}
    return {(who, places.get(a, a)): measured(clients[who], a) for who, a in [*pages, ("nga", "/queue/")]}


def measured(client: Client, address: str) -> tuple[int, int]:
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(asked), len(answer.content)
