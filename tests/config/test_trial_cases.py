"""The demo has something to do for everybody from the first minute."""
from __future__ import annotations

from pathlib import Path

from accounts.clock import now
from accounts.models import User
from cases.models import Case, Event, Part, Task
from config.trial import address_of
from config.trial_cases import SAMPLES, load_cases, pdf
from config.trial_consular import load_consular
from config.trial_passport import load_passports
from config.trial_rows import load_rows
from config.trial_trips import load_trips
from documents.models import Document


def test_samples_wait_for_everybody_and_are_walked_once(trial: Path) -> None:
    assert load_cases(now=now()) == []
    states = dict(Case.objects.values_list("title", "state"))
    assert [states[title] for _, title, _ in SAMPLES] == ["draft", "submitted", "consulting", "ppc_review", "issued"]
    waiting = set(Task.objects.filter(done_at=None).values_list("role", flat=True))
    assert {"intake", "consultee", "ppc_chair"} <= waiting
    assert Document.objects.get(paper="approval_decision", status="issued").number_text == "512/QĐ-UBND"

    people = {str(person.pk) for person in User.objects.filter(email__endswith=address_of(""))}
    assert set(Event.objects.exclude(actor="system").values_list("actor", flat=True)) <= people
    assert not Event.objects.filter(at__gt=now()).exists()

    assert load_cases(now=now()) == []
    assert Case.objects.count() == len(SAMPLES)


def test_a_ledger_has_passports_in_every_usual_state(trial: Path) -> None:
    assert load_rows(now=now()) == []
    rows = Case.objects.filter(kind="row").order_by("case_code")
    assert [row.state for row in rows] == ["handed_out", "in_custody", "in_custody", "in_custody", "new"]
    assert load_rows(now=now()) == []
    assert rows.count() == 5


def test_delegations_wait_for_the_leader_and_for_the_chair_and_one_is_decided(trial: Path) -> None:
    assert load_trips(now=now()) == []
    parts = Part.objects.filter(kind="decision").values_list("state", flat=True)
    assert sorted(parts) == ["issued", "ppc_review", "preparing", "preparing"]
    leaders = Task.objects.filter(done_at=None, part__kind="decision", role="dept_leader").values("part").distinct()
    assert leaders.count() == 2
    assert load_trips(now=now()) == []
    assert Case.objects.filter(procedure="outbound_delegation").count() == 3


def test_the_consular_desk_has_a_signer_in_force_stamps_and_cases_that_wait_and_go_on(trial: Path) -> None:
    assert load_consular(now=now()) == []
    cases = Case.objects.filter(procedure="consular_legalization")
    assert sorted(cases.values_list("state", flat=True)) == ["assigned", "awaiting_originals", "fee_due", "returned"]
    ways = cases.get(state="assigned").parts.filter(kind="paper").order_by("key").values_list("state", flat=True)
    assert list(ways) == ["done", "awaiting_signature", "verifying", "refused"]
    rows = Case.objects.filter(kind="row").order_by("case_code")
    assert [r.state for r in rows if r.procedure == "consular_signer"] == ["effective", "waiting"]
    stamps = sorted(r.state for r in rows if r.procedure == "stamp_stock")
    assert stamps == ["assigned", *["in_stock"] * 5, *["used"] * 2]
    assert not Event.objects.filter(at__gt=now()).exists()
    assert load_consular(now=now()) == []
    assert cases.count() == 4


def test_a_passport_request_waits_for_the_leader(trial: Path) -> None:
    assert load_passports(now=now()) == []
    assert Case.objects.get(procedure="diplomatic_passport").state == "dept_review"
    assert load_passports(now=now()) == []
    assert Case.objects.filter(procedure="diplomatic_passport").count() == 1


def test_no_two_papers_of_the_samples_are_the_same_file() -> None:
    assert pdf("a") != pdf("b")
