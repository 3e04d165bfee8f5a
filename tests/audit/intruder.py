"""What somebody with the database in hand may do to the record: each mutation by its name, and what must be found."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cases.canonical import canonical_bytes, leaf_hash
from cases.models import Attachment, Blob, Case, Event, EventValues, Part, Published, PublishedTemplate, ViewLog
from cases.store import path_of
from documents.models import Document
from tests.audit.forging import body_of, forge, named, rewrite, store
from tests.audit.scene import user

Mutation = Callable[[Case], None]


@dataclass(frozen=True)
class Crime:
    """A mutation; the exit code that it must give and one fault that must be named."""

    commit: Mutation
    exit_code: int
    fault: str
    in_bundle: bool = True  # whether an exported bundle shows it too


CRIMES: dict[str, Crime] = {}


def crime(exit_code: int, fault: str, *, in_bundle: bool = True) -> Callable[[Mutation], Mutation]:
    def register(mutation: Mutation) -> Mutation:
        CRIMES[mutation.__name__] = Crime(mutation, exit_code, fault, in_bundle)
        return mutation

    return register


def answer_of(case: Case) -> Document:
    return Document.objects.get(case=case, paper="complaint_answer")


# ----------------------------------------------------------------------------------------------------- bytes and hashes
@crime(10, "hash_differs")
def the_actor_of_an_event_is_replaced(case: Case) -> None:
    event = named(case, "sign_answer")
    body = canonical_bytes({**body_of(event), "actor": str(user("binh").pk)})
    Event.objects.filter(case=case, seq=event.seq).update(body=body, actor=str(user("binh").pk))


@crime(10, "prev_broken")
def an_event_is_rewritten_with_its_hash(case: Case) -> None:
    event = named(case, "sign_answer")
    store(event, canonical_bytes({**body_of(event), "build": "9.9.9"}))


@crime(10, "hash_differs")
def a_hash_is_replaced(case: Case) -> None:
    Event.objects.filter(case=case, seq=5).update(hash="0" * 64)


@crime(10, "not_canonical")
def an_event_is_spelled_with_blanks(case: Case) -> None:
    event = named(case, "return_result")
    body = json.dumps(body_of(event), ensure_ascii=False, sort_keys=True).encode()
    store(event, body)
    Case.objects.filter(pk=case.pk).update(head_hash=leaf_hash(body))


@crime(10, "malformed")
def a_field_is_added_to_an_event(case: Case) -> None:
    rewrite(case, {case.head_seq: {"note": "sửa sau"}})


@crime(10, "other_origin")
def an_event_comes_from_another_system(case: Case) -> None:
    rewrite(case, {7: {"origin": "nơi khác"}})


@crime(12, "version_unknown")
def an_event_claims_a_later_version(case: Case) -> None:
    rewrite(case, {case.head_seq: {"v": 2}})


# --------------------------------------------------------------------------------------------------------- the chain
@crime(10, "seq_broken")
def an_event_in_the_middle_is_deleted(case: Case) -> None:
    EventValues.objects.filter(case=case, seq=12).delete()
    Event.objects.filter(case=case, seq=12).delete()


@crime(10, "seq_broken")
def the_first_event_is_deleted(case: Case) -> None:
    Event.objects.filter(case=case, seq=1).delete()


@crime(11, "head_ahead")
def the_last_event_is_deleted(case: Case) -> None:
    EventValues.objects.filter(case=case, seq=case.head_seq).delete()
    Event.objects.filter(case=case, seq=case.head_seq).delete()


@crime(11, "head_ahead")
def the_whole_history_is_deleted(case: Case) -> None:
    EventValues.objects.filter(case=case).delete()
    Event.objects.filter(case=case).delete()


@crime(10, "state_differs")
def the_last_event_is_deleted_and_the_head_moved_back(case: Case) -> None:
    the_last_event_is_deleted(case)
    last = Event.objects.filter(case=case).order_by("-seq")[0]
    Case.objects.filter(pk=case.pk).update(head_seq=last.seq, head_hash=last.hash)


@crime(10, "seq_broken")
def two_events_change_places(case: Case) -> None:
    Event.objects.filter(case=case, seq=20).update(seq=999)
    Event.objects.filter(case=case, seq=19).update(seq=20)
    Event.objects.filter(case=case, seq=999).update(seq=19)


@crime(10, "seq_broken")
def events_are_renumbered(case: Case) -> None:
    rewrite(case, {seq: {"seq": seq + 1} for seq in range(10, case.head_seq + 1)})


@crime(10, "column_differs", in_bundle=False)
def the_rows_of_events_are_renumbered(case: Case) -> None:
    for seq in range(case.head_seq, 9, -1):
        Event.objects.filter(case=case, seq=seq).update(seq=seq + 1)


@crime(10, "seq_broken")
def the_last_event_is_told_twice(case: Case) -> None:
    last = Event.objects.get(case=case, seq=case.head_seq)
    last.seq += 1
    Event.objects.bulk_create([last])


@crime(10, "other_case")
def an_event_is_moved_to_another_case(case: Case) -> None:
    other = Case.objects.exclude(pk=case.pk).get()
    Event.objects.filter(case=case, seq=case.head_seq).update(case=other, seq=other.head_seq + 1)


@crime(10, "head_behind")
def an_event_is_appended_without_the_head(case: Case) -> None:
    forge(case, {"name": "archive", "from": "returned", "to": "archived", "role": "clerk"}, head=False)


@crime(10, "time_backwards")
def an_event_is_dated_back(case: Case) -> None:
    rewrite(case, {21: {"at": "2026-03-02T02:00:00.000000Z"}})


# ----------------------------------------------------------------------------------------------- a rewritten history
@crime(10, "role_illegal")
def the_specialist_reopens(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(state="submitted")
    forge(case, {"name": "reopen", "role": "specialist", "from": "returned", "to": "submitted"})


@crime(10, "step_unknown")
def a_step_is_invented(case: Case) -> None:
    forge(case, {"name": "bless", "from": "returned", "to": "returned"})


@crime(10, "source_illegal")
def a_step_is_taken_from_another_state(case: Case) -> None:
    rewrite(case, {11: {"from": "submitted"}})


@crime(10, "target_illegal")
def a_step_leads_elsewhere(case: Case) -> None:
    rewrite(case, {case.head_seq: {"to": "archived"}})
    Case.objects.filter(pk=case.pk).update(state="archived")


@crime(10, "role_illegal")
def a_role_is_replaced(case: Case) -> None:
    rewrite(case, {named(case, "sign_answer").seq: {"role": "clerk"}})


@crime(10, "role_illegal")
def an_automatic_step_is_given_to_a_person(case: Case) -> None:
    rewrite(case, {named(case, "resubmit_intake").seq: {"actor": str(user("minh").pk), "kind": "transition"}})


@crime(10, "input_missing")
def a_required_answer_is_removed(case: Case) -> None:
    event = named(case, "sign_answer")
    inputs = {k: v for k, v in body_of(event)["inputs"].items() if k != "signing_form"}
    EventValues.objects.filter(case=case, seq=event.seq).delete()
    rewrite(case, {event.seq: {"inputs": inputs}})


@crime(10, "confirm_illegal")
def a_confirmation_is_removed(case: Case) -> None:
    rewrite(case, {named(case, "sign_answer").seq: {"confirms": []}})


@crime(10, "cosign_illegal")
def the_second_person_is_the_first(case: Case) -> None:
    agreed, taken = named(case, "request_supplement.agreed"), named(case, "request_supplement")
    first = body_of(taken)["actor"]
    facts = {**body_of(taken)["facts"], "agreed_by": first}
    rewrite(case, {agreed.seq: {"actor": first}, taken.seq: {"facts": facts}})


@crime(10, "cosign_illegal")
def the_second_person_never_said_yes(case: Case) -> None:
    agreed = named(case, "request_supplement.agreed")
    rewrite(case, {agreed.seq: {"name": "claim"}})


@crime(10, "drafter_signed")
def the_drafter_signs(case: Case) -> None:
    rewrite(case, {named(case, "sign_answer").seq: {"actor": body_of(named(case, "submit_division"))["actor"]}})


@crime(10, "part_illegal")
def a_part_acts_that_was_never_opened(case: Case) -> None:
    rewrite(case, {named(case, "answer").seq: {"part": "supplement-7"}})


@crime(10, "paper_illegal")
def a_paper_is_issued_by_a_step_that_makes_none(case: Case) -> None:
    paper = body_of(named(case, "issue_result"))["papers"]
    rewrite(case, {named(case, "submit_dept").seq: {"papers": paper}})


@crime(10, "paper_not_made")
def a_decision_loses_its_paper(case: Case) -> None:
    rewrite(case, {named(case, "issue_result").seq: {"papers": []}})


@crime(10, "definition_changed")
def another_version_of_the_law_is_slipped_in(case: Case) -> None:
    law = Published.objects.get(hash=body_of(named(case, "receive"))["definition"])
    body = bytes(law.body).replace(b"nd118_2025", b"nd118_2099")
    law.pk, law.body, law.hash, law.folder = None, body, hashlib.sha256(body).hexdigest(), "v9"
    law.save(force_insert=True)
    rewrite(case, {case.head_seq: {"definition": law.hash}})


# ------------------------------------------------------------------------------------------ definitions and documents
@crime(10, "definition_altered")
def the_published_law_is_altered(case: Case) -> None:
    law = Published.objects.get(pk=case.definition_id)
    Published.objects.filter(pk=law.pk).update(body=bytes(law.body).replace(b'"by":["dept_leader"]', b'"by":["clerk"]'))


@crime(11, "definition_missing")
def the_published_law_disappears(case: Case) -> None:
    Published.objects.filter(pk=case.definition_id).update(hash="f" * 64)


@crime(10, "template_differs", in_bundle=False)
def a_template_is_replaced(case: Case) -> None:
    PublishedTemplate.objects.filter(published=case.definition_id, paper="complaint_answer").update(body=b"PK")


@crime(10, "paper_altered")
def the_bytes_of_a_document_are_altered(case: Case) -> None:
    blob = Blob.objects.get(pk=answer_of(case).blob_id)
    Blob.objects.filter(pk=blob.pk).update(body=bytes(blob.body or b"") + b"!")


@crime(10, "paper_altered")
def a_document_is_swapped_with_its_recorded_hash(case: Case) -> None:
    other = Document.objects.filter(case=case).exclude(pk=answer_of(case).pk)[0]
    Document.objects.filter(pk=answer_of(case).pk).update(sha256=other.sha256, blob=other.blob_id)


@crime(11, "paper_missing")
def the_bytes_of_a_document_are_gone(case: Case) -> None:
    Document.objects.filter(pk=answer_of(case).pk).update(blob=None)


@crime(11, "paper_missing")
def a_document_is_deleted(case: Case) -> None:
    answer_of(case).delete()


@crime(10, "paper_unknown")
def a_document_is_slipped_in(case: Case) -> None:
    forged = answer_of(case)
    forged.pk, forged.verify_code, forged.number = uuid.uuid4(), "FORGED", None
    forged.save(force_insert=True)


@crime(11, "paper_missing")
def an_attachment_is_deleted(case: Case) -> None:
    Attachment.objects.filter(case=case).delete()


@crime(10, "paper_altered")
def an_attachment_is_exchanged(case: Case) -> None:
    Attachment.objects.filter(case=case).update(blob=answer_of(case).blob_id)


@crime(10, "paper_altered")
def the_bytes_of_an_attachment_are_altered_in_its_row(case: Case) -> None:
    blob = Attachment.objects.filter(case=case).get().blob
    Blob.objects.filter(pk=blob.pk).update(body=path_of(blob.pk).read_bytes()[:-5])


# ---------------------------------------------------------------------------------------- values, columns, rows, views
def _value(case: Case, change: Callable[[dict[str, Any]], None]) -> None:
    kept = EventValues.objects.get(case=case, seq=named(case, "sign_answer").seq)
    change(kept.values)
    kept.save()


@crime(10, "value_altered")
def a_value_is_altered(case: Case) -> None:
    _value(case, lambda v: v["deputy_reason"].update(value="duoc_phan_cong"))


@crime(10, "value_altered")
def a_salt_is_altered(case: Case) -> None:
    _value(case, lambda v: v["deputy_reason"].update(salt="00" * 32))


@crime(10, "value_unknown", in_bundle=False)
def a_value_is_added(case: Case) -> None:
    _value(case, lambda v: v.update(note=v["deputy_reason"]))


@crime(10, "column_differs", in_bundle=False)
def the_column_of_the_actor_hides_an_event(case: Case) -> None:
    Event.objects.filter(case=case, seq=21).update(actor="system")


@crime(10, "column_differs", in_bundle=False)
def the_column_of_the_moment_hides_an_event(case: Case) -> None:
    Event.objects.filter(case=case, seq=21).update(at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))


@crime(10, "column_differs", in_bundle=False)
def the_column_of_the_name_hides_an_event(case: Case) -> None:
    Event.objects.filter(case=case, seq=21).update(name="submit_dept")


@crime(10, "state_differs")
def the_state_of_the_case_is_set_by_hand(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(state="archived")


@crime(10, "state_differs")
def the_state_of_a_part_is_set_by_hand(case: Case) -> None:
    Part.objects.filter(case=case, key="supplement-1").update(state="lapsed")


@crime(10, "part_illegal")
def a_part_is_slipped_in(case: Case) -> None:
    part = Part.objects.get(case=case, key="supplement-2")
    part.pk, part.key = uuid.uuid4(), "supplement-3"
    part.save(force_insert=True)


@crime(10, "head_differs")
def the_head_is_replaced(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(head_hash="a" * 64)


@crime(11, "head_ahead")
def the_head_runs_ahead(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(head_seq=case.head_seq + 1)


@crime(10, "views_broken")
def a_view_is_altered(case: Case) -> None:
    ViewLog.objects.filter(case=case).update(person=str(user("binh").pk))


@crime(10, "views_broken")
def a_view_is_deleted(case: Case) -> None:
    ViewLog.objects.filter(case=case).order_by("pk")[0].delete()


@crime(11, "case_missing")
def the_case_is_deleted_and_its_history_left(case: Case) -> None:
    with connection.cursor() as cursor:  # foreign keys ask at the commit; whoever owns the database takes them away
        cursor.execute("DELETE FROM cases_case WHERE submission_code = %s", [case.submission_code])
