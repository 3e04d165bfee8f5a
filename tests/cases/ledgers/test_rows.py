"""Rows of a ledger: opened by the agency that keeps them, moved like cases, and no cases to anybody."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from accounts.models import Mandate
from cases.access import visible_cases, visible_rows
from cases.canonical import parse_body
from cases.errors import CaseNotFound, InputFaults, KeyReused, ProcedureUnknown
from cases.lookups import CaseLookups
from cases.models import Case, Event, LinkedCase, OutboxEntry, RefusedAttempt, TableRow, Task
from cases.names import Names
from cases.procedures import definition_of
from cases.queries import by_code, counts, desk_of
from cases.services import advance_case, open_row, save_dossier
from notifications.models import Message
from tests.cases.ledgers.custody import (
    HAND_OUT,
    LEDGER,
    NOW,
    PASSPORT,
    STORE,
    deliver_due,
    handed_out,
    of_health,
    passport,
    step,
    stored,
)
from tests.procedures.province import case_at
from tests.procedures.runner import person
from workflows.errors import TransitionRefused

pytestmark = pytest.mark.usefixtures("in_province")
LATER = NOW + dt.timedelta(days=1)


def codes(refused: TransitionRefused | InputFaults) -> set[str]:
    return {reason.code for reason in refused.reasons}


# ------------------------------------------------------------------------------------------------------- opening
def test_ngan_opens_a_row_with_its_number_agency_and_holder() -> None:
    row = passport()

    assert (row.kind, row.code, row.state) == ("row", "SHC-00001", "new")
    assert row.unit is not None
    assert row.unit.code == "foreign_affairs_agency"
    assert row.holder == person("ha")
    assert (row.applicant, row.submitted_at, row.received_at, row.public_status) == (None, None, None, None)


def test_a_second_row_with_the_same_number_however_it_is_written_is_refused() -> None:
    passport()

    with pytest.raises(InputFaults) as refused:
        passport("trang", passport_number="s00 12-345")

    assert [(r.code, r.path) for r in refused.value.reasons] == [("row_exists", "passport_number")]


def test_the_number_of_a_closed_row_may_come_again() -> None:
    row = stored(expires_on="2026-11-15")
    step(row, None, "expire")

    assert passport(expires_on="2030-01-01").code == "SHC-00002"


def test_everything_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(InputFaults) as refused:
        open_row(ledger=LEDGER, actor=person("ngan"), now=NOW, values={"passport_number": "S1"})

    told = {r.path for r in refused.value.reasons}
    assert {"holder_name", "holder_id_no", "expires_on", "has_chip", "keeping_agency"} <= told
    assert "safe_place" not in told


def test_nobodys_account_is_no_holder() -> None:
    with pytest.raises(InputFaults) as refused:
        passport(holder_account="khong-ai@lamgiang.example")

    assert codes(refused.value) == {"no_such_person"}


def test_a_custodian_opens_rows_of_the_own_agency_alone() -> None:
    with pytest.raises(TransitionRefused) as refused:
        passport("hoa")

    assert codes(refused.value) == {"role_missing"}


def test_what_is_no_ledger_takes_no_rows() -> None:
    with pytest.raises(ProcedureUnknown):
        open_row(ledger="complaint", actor=person("ngan"), now=NOW, values=PASSPORT)


def test_the_same_key_opens_one_row_and_another_payload_is_refused() -> None:
    given: dict[str, Any] = {"ledger": LEDGER, "actor": person("ngan"), "now": NOW, "idempotency_key": "k-1"}

    first = open_row(values=PASSPORT, **given)
    again = open_row(values=PASSPORT, **given)

    assert again.repeated
    assert again.case == first.case
    with pytest.raises(KeyReused):
        open_row(values={**PASSPORT, "passport_number": "S2"}, **given)


def test_a_row_is_put_right_until_its_first_step_and_not_after() -> None:
    row = passport()

    save_dossier(case_id=row.pk, actor=person("ngan"), now=NOW, values={"passport_number": "S7654321"})
    passport(passport_number="S0012345")
    step(row, "ngan", "store", **STORE)

    with pytest.raises(TransitionRefused) as refused:
        save_dossier(case_id=row.pk, actor=person("ngan"), now=NOW, values={"passport_number": "S1111111"})
    assert codes(refused.value) == {"not_in_state"}


# ------------------------------------------------------------------------------------------------------- no cases
def test_a_row_stands_in_no_list_or_search_of_cases() -> None:
    row = handed_out()
    step(row, "ngan", "report_lost", loss_circumstances="Bị mất ở sân bay ngày 20/11, đã báo cảnh sát.")

    assert Task.objects.filter(case=row, done_at=None, role="passport_custodian").exists()
    assert counts(desk_of(person("minh"), NOW))["unit"] == 0
    assert not visible_cases(person("binh"), NOW).filter(pk=row.pk).exists()
    assert by_code(person("binh"), NOW, row.code) == []
    assert by_code(person("binh"), NOW, row.submission_code) == []


def test_the_passport_number_stands_in_no_event_reason_or_key() -> None:
    row = handed_out()
    with pytest.raises(InputFaults):
        passport("trang")

    bodies = b"".join(bytes(body) for body in Event.objects.values_list("body", flat=True))
    attempts = json.dumps(list(RefusedAttempt.objects.values_list("reasons", flat=True)))
    assert b"S0012345" not in bodies
    assert "S0012345" not in attempts + row.row_key + row.title
    assert "S0012345" not in json.dumps(list(OutboxEntry.objects.values_list("payload", "key")))


# ---------------------------------------------------------------------------------------------------------- access
def test_custodians_of_the_agency_its_head_and_the_holder_see_a_row_and_nobody_else() -> None:
    row = stored()
    see = {"ngan", "trang", "binh", "yen", "van", "ha", "an"}
    everybody = [*see, "hoa", "danh", "nga", "minh", "tung", "lan", "admin"]

    assert {who for who in everybody if visible_rows(person(who), NOW).filter(pk=row.pk).exists()} == see


def test_of_a_row_of_health_the_leader_and_the_auditor_know_and_our_custodian_does_not() -> None:
    row = of_health()
    everybody = ("hoa", "danh", "binh", "an", "ngan", "van", "ha", "y-te")

    seers = {who for who in everybody if visible_rows(person(who), NOW).filter(pk=row.pk).exists()}

    assert seers == {"hoa", "danh", "binh", "an"}
    with pytest.raises(CaseNotFound):
        step(row, "ngan", "store", **STORE)
    with pytest.raises(TransitionRefused):
        step(row, "binh", "store", **STORE)


def test_who_holds_a_passport_does_not_handle_it() -> None:
    row = passport(holder_account="ngan@lamgiang.example")

    with pytest.raises(TransitionRefused) as refused:
        step(row, "ngan", "store", **STORE)

    assert codes(refused.value) == {"separation_of_duties"}
    step(row, "trang", "store", **STORE)


def test_the_holder_is_told_and_the_custodian_of_another_agency_is_not() -> None:
    handed_out()
    of_health()
    deliver_due(NOW + dt.timedelta(minutes=1), "notice")

    told = set(Message.objects.values_list("recipient__email", "notice"))
    assert ("ha@lamgiang.example", "handed_out") in told
    assert not [who for who, _ in told if who.startswith(("hoa", "danh"))]


# ----------------------------------------------------------------------------------------------------------- steps
def test_a_step_sets_fields_of_the_row_and_computes_what_follows() -> None:
    row = handed_out()

    assert row.dossier["sending_decision"] == "386-QD-UBND"
    assert (row.dossier["handed_out_on"], row.attempt) == ("2026-11-16", 2)
    assert (row.dossier["trip_end_date"], row.dossier["return_due_date"]) == ("2026-11-29", "2026-12-04")
    assert "safe_place" not in row.dossier


def test_a_trip_that_is_prolonged_moves_the_day_on_which_it_is_over() -> None:
    row = handed_out()
    TableRow.objects.filter(table="sending_decisions", key="386-QD-UBND").update(
        columns={"name": "386", "return_date": "2026-12-02", "holders": ["001185000011"]}
    )

    deliver_due(NOW + dt.timedelta(days=15), "timer")
    row.refresh_from_db()
    assert row.state == "handed_out"
    deliver_due(NOW + dt.timedelta(days=17), "timer")
    row.refresh_from_db()
    assert row.state == "return_due"


def test_a_decision_that_was_revoked_meanwhile_still_asks_for_the_passport() -> None:
    row = handed_out()
    TableRow.objects.filter(table="sending_decisions", key="386-QD-UBND").update(valid_to="2026-11-20")

    deliver_due(NOW + dt.timedelta(days=15), "timer")
    row.refresh_from_db()

    assert row.state == "return_due"


def test_an_event_of_a_row_says_which_rows_it_read() -> None:
    row = handed_out()

    event = Event.objects.get(case=row, name="hand_out")

    assert ["sending_decisions:386-QD-UBND", 1] in parse_body(bytes(event.body))["reads"]


def test_a_transfer_opens_a_row_at_the_receiving_agency() -> None:
    row = stored()
    file = _file(row)
    step(
        row, "ngan", "transfer", receiving_agency="department_of_health", confirm=["signed_by_both"],
        dossier={"transfer_decision_file": file},
    )  # fmt: skip
    deliver_due(LATER, "link")

    there = Case.objects.get(procedure=LEDGER, closed=False)
    assert (there.state, there.code, there.holder) == ("new", "SHC-00002", person("ha"))
    assert there.unit is not None
    assert there.unit.code == "department_of_health"
    assert visible_rows(person("hoa"), NOW).filter(pk=there.pk).exists()


def test_a_passport_that_goes_to_an_agency_outside_is_seen_by_the_leader_and_its_holder() -> None:
    row = stored()
    step(
        row, "ngan", "transfer", receiving_agency="benh_vien_lam_giang", confirm=["signed_by_both"],
        dossier={"transfer_decision_file": _file(row)},
    )  # fmt: skip
    deliver_due(LATER, "link")

    there = Case.objects.get(procedure=LEDGER, closed=False)
    asked = ("ngan", "hoa", "binh", "ha")
    seers = {who for who in asked if visible_rows(person(who), NOW).filter(pk=there.pk).exists()}
    assert there.unit is None
    assert seers == {"binh", "ha"}


def test_who_is_given_a_mandate_acts_for_the_head_and_for_nobody_elses_row() -> None:
    row = handed_out()
    deliver_due(NOW + dt.timedelta(days=20), "timer")
    row.refresh_from_db()
    Mandate.objects.create(
        grantor=person("binh"), grantee=person("yen"), role="agency_head", form="tuq", procedures=[LEDGER],
        document_no="9/UQ", document_date="2026-01-05", valid_from="2026-01-06", valid_to="2027-12-31",
    )  # fmt: skip
    later = NOW + dt.timedelta(days=21)

    outcome = advance_case(
        case_id=row.pk, transition="sign_return_reminder", actor=person("yen"), acting_for=person("binh"), now=later,
        data={"confirm": ["read_before_signing"]},
    )  # fmt: skip

    assert outcome.documents[0]["status"] == "signed"
    with pytest.raises(TransitionRefused) as refused:
        advance_case(
            case_id=of_health().pk, transition="excuse", actor=person("yen"), acting_for=person("binh"), now=later
        )
    assert "role_missing" in codes(refused.value)


def test_a_field_that_names_a_row_by_its_id_prints_the_number_of_the_row() -> None:
    row = passport()

    names = Names(definition_of(row.definition_id), NOW.date())

    assert names(LEDGER, str(row.pk)) == row.code
    assert names(LEDGER, "S0012345") == "S0012345"


def test_a_file_of_another_row_is_no_file_of_this_one() -> None:
    row, other = stored(), passport(passport_number="S2")

    with pytest.raises(TransitionRefused) as refused:
        step(
            row, "ngan", "transfer", receiving_agency="department_of_health", confirm=["signed_by_both"],
            dossier={"transfer_decision_file": _file(other)},
        )  # fmt: skip

    assert "ask_invalid" in codes(refused.value)


def _file(row: Case) -> str:
    from tests.procedures.runner import Walk
    from workflows.scenarios import Given

    walk = Walk(LEDGER, Given(), NOW)
    walk.case = row
    return walk.attach("ask:transfer_decision_file", person("ngan"))


# --------------------------------------------------------------------------------------------- seen from elsewhere
def lookups(row: Case) -> CaseLookups:
    definition = definition_of(row.definition_id)
    return CaseLookups(
        definition=definition, case=row, parts=[], step=definition.machine.transitions[0], role="", now=NOW, facts={}
    )


def test_other_procedures_read_a_row_by_key_or_id_and_note_its_version_never_its_key() -> None:
    row = handed_out()
    day = (NOW.date() - dt.date(1970, 1, 1)).days
    asked = lookups(row)

    by_key, by_id = asked.row(LEDGER, "S 0012345", day), asked.row(LEDGER, str(row.pk), day)

    assert by_key is not None
    assert by_key == by_id
    assert (by_key["state"], by_key["trip_end_date"] - day) == ("handed_out", 13)
    assert asked.reads == {f"{LEDGER}:{row.pk}": row.version}
    assert asked.row(LEDGER, "S9", day) is None
    assert asked.row(LEDGER, str(row.pk), day - 10) is None


def test_in_custody_is_said_of_every_passport_of_a_holder() -> None:
    row = handed_out()
    stored(passport_number="S2")

    found = {r["no"]: r["settled"] for r in lookups(row).rows_of(LEDGER, ["001185000011", "001185000099"])}
    assert found == {"SHC-00001": False, "SHC-00002": True}
    assert lookups(row).rows_of(LEDGER, []) == []


def test_an_event_of_a_row_wakes_the_cases_that_are_linked_with_it() -> None:
    row, aid = stored(), case_at("received").case
    LinkedCase.objects.create(
        kind="trip", case=row, other=aid, procedure="ngo_aid", status="linked", created_at=NOW
    )

    step(row, "ngan", "hand_out", **HAND_OUT)

    promised = OutboxEntry.objects.get(case_id=row.pk, kind="linked_event")
    assert promised.payload == {"case": str(aid.pk)}
    deliver_due(LATER, "linked_event")
    promised.refresh_from_db()
    assert promised.done_at is not None


def test_a_hand_out_is_linked_with_the_case_that_the_decision_names_and_both_show_it() -> None:
    aid = case_at("received").case
    decision = TableRow.objects.get(table="sending_decisions", key="386-QD-UBND")
    decision.columns = {**decision.columns, "case": aid.code}
    decision.save()

    row = handed_out()

    link = LinkedCase.objects.get(case=row)
    assert (link.kind, link.other) == ("trip", aid)
    assert aid.linked_from.get() == link


def test_the_act_of_the_ledger_is_not_for_a_row_nor_the_steps_of_a_row_for_the_ledger() -> None:
    row = stored()

    with pytest.raises(TransitionRefused) as refused:
        advance_case(case_id=row.pk, transition="reconcile_ledger", actor=person("ngan"), now=NOW, data={})

    assert "not_in_state" in codes(refused.value)
