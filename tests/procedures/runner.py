"""Walks a scenario through the services, as the people of the trial province, and compares what came of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.clock import LOCAL, local_day
from accounts.models import Mandate, Organisation, User
from cases.errors import InputFaults, PaperImpossible
from cases.ledger_rows import row_called
from cases.models import Attachment, Blob, Case, Event, LinkedCase, OutboxEntry, TableRow, Task
from cases.procedures import definition_by, in_force
from cases.services import advance_case, book_of, open_case, open_row, save_dossier
from cases.services.advance import run_autos_after
from cases.services.calendar_change import change_day
from cases.services.events import locked_case
from cases.services.outbox import Delivery, deliver
from config.trial import address_of
from documents.models import Document
from workflows.errors import TransitionRefused
from workflows.scenarios import Action, Given, Scenario, Standing

DELIVERED = ("timer", "service", "void_papers", "link", "linked_event", "notice", "recompute")  # mails: other tests
TICK = dt.timedelta(minutes=5)
SCAN = b"%PDF-1.4 scan"


@dataclass
class Walk:
    """One case on its way; `now` moves five minutes a step, or to where a step says."""

    procedure: str
    given: Given
    now: dt.datetime
    case: Case = field(init=False)
    row: str = ""  # of the ledger as a whole: the number of the row that the scenario is about
    trace: list[str] = field(default_factory=list)

    def open(self) -> None:
        put_rows(self.given.rows, self.now)
        for standing in self.given.standing:
            for values in standing.each:
                stand(standing, values)
        if not self.given.mandates:
            Mandate.objects.all().delete()
        put_days(self.given.calendar, self.now)
        codes: set[str] = set()
        try:
            if definition_by(in_force(self.procedure, local_day(self.now)).hash).kind == "ledger":
                self.open_row()
            else:
                self.open_case()
        except (InputFaults, TransitionRefused) as refused:
            codes = {reason.code for reason in refused.reasons}
        assert codes == set(self.given.refused), f"opening: refused for {codes}, expected {self.given.refused}"

    def open_case(self) -> None:
        opener = person(self.given.by)
        organisation = (
            Organisation.objects.filter(code=self.given.organisation).first() if self.given.organisation else None
        )
        more: dict[str, Any] = {} if self.given.applicant else {"applicant": None}
        dossier = resolved(self.given.dossier)
        outcome = open_case(
            procedure=self.procedure, actor=opener, now=self.now, organisation=organisation, values=dossier, **more
        )
        self.case = outcome.case
        for kind in self.given.attachments:
            self.attach(kind, opener)

    def open_row(self) -> None:
        values, opener = resolved(self.given.dossier), person(self.given.by)
        self.case = open_row(ledger=self.procedure, actor=opener, now=self.now, values=values).case

    def on_book(self, action: Action) -> None:
        """Do something on the ledger of the row's agency; what is expected is expected of it."""
        unit = self.case.unit
        assert unit is not None
        self.now += TICK
        found = book_of(self.procedure, unit.code, self.now, person(self.given.by))
        book = Walk(self.procedure, self.given, self.now)
        book.case, book.row = found, self.case.code
        book.take(action.model_copy(update={"book": False}))
        self.now = book.now

    def on_row(self, action: Action) -> None:
        """Do something on a row of a ledger; what is expected is expected of it."""
        ledger, _, key = action.of_row.partition("/")
        found = row_called(ledger, str(person(key[1:]).pk) if key.startswith("@") else key)
        assert found is not None, f"no row {action.of_row}"
        other = Walk(ledger, self.given, self.now)
        other.case, other.row = found, found.code
        other.take(action.model_copy(update={"of_row": ""}))
        self.now = other.now

    def attach(self, kind: str, who: User | None) -> str:
        digest = hashlib.sha256(SCAN).hexdigest()
        values = {"size": len(SCAN), "media_type": "application/pdf", "body": SCAN, "created_at": self.now}
        blob, _ = Blob.objects.get_or_create(sha256=digest, defaults=values)
        made = Attachment.objects.create(
            case=self.case, kind=kind, name=f"{kind}.pdf", blob=blob, uploaded_by=who, uploaded_at=self.now
        )
        return str(made.pk)

    def take(self, action: Action) -> None:
        """Do what an action says and compare; a difference names the action."""
        if action.book:
            self.on_book(action)
            return
        if action.of_row:
            self.on_row(action)
            return
        head = self.case.head_seq
        self.now += TICK
        if action.at:
            self.pass_time(moment(action.at, self.now))
        waited = self.events_since(head)
        if action.rows:
            self.put(action.rows)
        put_days(action.calendar, self.now)
        if action.do or action.save or action.attach:
            assert not waited or not action.then, (
                f"{action.do}: time alone brought {waited}; write it as a step of its own"
            )
            head = Case.objects.get(pk=self.case.pk).head_seq
            self.act(action)
        self.now_until(self.now)
        self.case = Case.objects.select_related("unit", "definition").get(pk=self.case.pk)
        self.compare(action, head)

    def act(self, action: Action) -> None:
        who = person(action.as_) if action.as_ not in ("", "system") else None
        try:
            for kind in action.attach:
                self.attach(kind, who)
            if action.save:
                assert who is not None
                save_dossier(case_id=self.case.pk, actor=who, now=self.now, values=resolved(action.save))
            if action.do:
                self.step(action, who)
        except (TransitionRefused, InputFaults, PaperImpossible) as refused:
            codes = {reason.code for reason in refused.reasons}
            said = [f"{r.code} {r.path} {r.vi}" for r in refused.reasons]
            assert codes == set(action.refused), f"{action.do}: refused for {said}, expected {action.refused}"
            return
        assert not action.refused, f"{action.do or 'save'}: passed, expected a refusal for {action.refused}"

    def put(self, rows: dict[str, dict[str, Any]]) -> None:
        """Write rows of tables; what hangs on them follows as after an event of a linked record."""
        put_rows(rows, self.now)
        with transaction.atomic():
            locked_case(self.case.pk)
            run_autos_after(self.case.pk, self.now)

    def step(self, action: Action, who: User | None) -> None:
        data = resolved(action.with_, self)
        for name in action.files:
            given = self.attach(f"ask:{name.removeprefix('part.')}", who)
            place = data.setdefault("part_fields", {}) if name.startswith("part.") else data
            place.setdefault(name.removeprefix("part."), given)
        advance_case(
            case_id=self.case.pk,
            transition=action.do,
            actor=who,
            now=self.now,
            part_id=action.part or None,
            acting_for=person(action.acting_for) if action.acting_for else None,
            data=data,
        )

    # ------------------------------------------------------------------------------------------------ time
    def pass_time(self, until: dt.datetime) -> None:
        """Let due rows be carried out in their order until then."""
        assert until >= self.now - TICK, f"{until} lies before {self.now}"
        self.now_until(until)
        self.now = max(until, self.now)

    def now_until(self, until: dt.datetime) -> None:
        for _ in range(1000):
            row = self.due_row(until)
            if row is None:
                return
            at = max(row.due, row.created_at)
            if deliver(row.pk, now=at) is not Delivery.DONE:
                OutboxEntry.objects.filter(pk=row.pk, due__lte=at).update(due=at + dt.timedelta(hours=1))
        raise AssertionError(f"{self.case.procedure}: what is due never ends, {row} was the last")

    def due_row(self, until: dt.datetime) -> OutboxEntry | None:
        rows = OutboxEntry.objects.filter(case_id=self.case.pk, kind__in=DELIVERED, done_at=None, dead_at=None)
        return rows.filter(due__lte=until).order_by("due", "pk").first()

    # --------------------------------------------------------------------------------------------- compare
    def events_since(self, head: int) -> list[str]:
        events = Event.objects.filter(case=self.case, seq__gt=head).order_by("seq")
        quiet = ("link", "link_pending")
        return [f"{e.part_key}.{e.name}" if e.part_key else e.name for e in events if e.name not in quiet]

    def compare(self, action: Action, head: int) -> None:
        events = self.events_since(head)
        own = self.own_events(action, events)
        label = f"{action.part} {action.do}".strip() or f"until {action.at}"
        assert events[own:] == action.then, (
            f"{label}: then {events[own:]}, expected {action.then} (state {self.case.state})"
        )
        found = self.found(action, head)
        for name, expected in action.expect.model_dump(exclude_defaults=True).items():
            check(f"{label}: {name}", found[name](expected), expected)

    @staticmethod
    def own_events(action: Action, events: list[str]) -> int:
        """Return how many of the events are the action itself."""
        if not (action.do or action.save) or action.refused:
            return 0
        proposed = bool(events) and events[0].endswith((".proposed", ".agreed"))
        return 2 if proposed and events[0].endswith(".agreed") else 1

    def found(self, action: Action, head: int) -> dict[str, Any]:
        case = self.case
        told = self.told(head)
        documents = {d.paper: d for d in Document.objects.filter(case=case).order_by("created_at", "pk")}
        return {
            "state": lambda _: case.state,
            "public": lambda _: case.public_status,
            "due_on": lambda _: case.due_on.isoformat() if case.due_on else None,
            "parts": lambda e: {p.key: p.state for p in case.parts.filter(key__in=e)},
            "papers": lambda e: {code: documents[code].status if code in documents else "" for code in e},
            "numbers": lambda e: {code: documents[code].number_text for code in e},
            "signers": lambda e: {code: documents[code].signer_name for code in e},
            "tasks": lambda _: self.tasks(),
            "tells": lambda e: [n for n in e if n in told],
            "not_told": lambda e: [n for n in e if n not in told],
            "attributes": lambda e: {name: self.attribute(name) for name in e},
            "links": lambda _: sorted(LinkedCase.objects.filter(case=case).values_list("procedure", flat=True)),
        }

    def attribute(self, name: str) -> Any:
        value = getattr(self.case, name, None) if hasattr(self.case, name) else self.case.attributes.get(name)
        return value.isoformat() if isinstance(value, dt.date) else value

    def told(self, head: int) -> set[str]:
        rows = OutboxEntry.objects.filter(case_id=self.case.pk, kind="notice", seq__gt=head)
        return {row.payload["notice"] for row in rows}

    def tasks(self) -> list[str]:
        rows = Task.objects.filter(case=self.case, done_at=None).select_related("part")
        return sorted(f"{t.role}@{t.part.key}" if t.part else t.role for t in rows)


def put_rows(rows: dict[str, dict[str, Any]], now: dt.datetime) -> None:
    """Put rows into tables, in force from the day before on, until `to`; null takes a row away."""
    day = now.astimezone(LOCAL).date() - dt.timedelta(days=1)
    for table, lines in rows.items():
        for key, columns in lines.items():
            TableRow.objects.filter(table=table, key=key).delete()
            if columns is not None:
                own = {"table": table, "key": key, "src": "Kịch bản", "confirmed": True, "changed_at": now}
                last = {"valid_to": columns["to"]} if "to" in columns else {}
                TableRow.objects.create(columns=columns, valid_from=day, **own, **last)


def put_days(days: dict[str, str], now: dt.datetime) -> None:
    """Decide days off, as the office does."""
    for day, status in days.items():
        change_day(
            day=dt.date.fromisoformat(day), kind="off", status=status, name="Ngày nghỉ", source_document="12/TB-UBND",
            decided_on=now.astimezone(LOCAL).date() if status == "confirmed" else None, actor=None, now=now,
        )  # fmt: skip


def check(label: str, found: Any, expected: Any) -> None:
    wanted = sorted(expected) if label.endswith(("tasks", "links")) else expected
    assert found == wanted, f"{label}: {found}, expected {wanted}"


def person(name: str) -> User:
    """Return somebody of the trial province by the short name."""
    return User.objects.get(email=address_of(name))


def moment(text: str, now: dt.datetime) -> dt.datetime:
    """Read `2026-03-12 08:00`, or `16:30` of the present local day."""
    if len(text) == 5:
        text = f"{now.astimezone(LOCAL):%Y-%m-%d} {text}"
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def resolved(values: Any, walk: Walk | None = None) -> Any:
    """Put ids for what a file can only name: `@person ha`, `@today`, `@row` (its number), `@file KIND` (a new file)."""
    if isinstance(values, dict):
        return {name: resolved(value, walk) for name, value in values.items()}
    if isinstance(values, list):
        return [resolved(value, walk) for value in values]
    if isinstance(values, str) and (named := re.fullmatch(r"@person (\S+)", values)):
        return str(person(named.group(1)).pk)
    if values == "@row" and walk is not None:
        return walk.row or walk.case.code
    if isinstance(values, str) and walk is not None and (named := re.fullmatch(r"@file (\S+)", values)):
        return walk.attach(named.group(1), None)
    if values == "@today" and walk is not None:
        return walk.now.astimezone(LOCAL).date().isoformat()
    return values


def steps_before(given: Given, *, in_ledger: bool) -> tuple[Action, ...]:
    """Return what the twin of a scenario has done before it begins: what is named, else a case is filed."""
    if isinstance(given.twin, tuple):
        return given.twin
    return () if in_ledger else (Action(as_=given.by, do="submit", with_={"confirm": ["data_notice"]}),)


def stand(standing: Standing, more: dict[str, Any]) -> Walk:
    """Open a row of a ledger and take it through its steps."""
    at = moment(standing.at, dt.datetime.now(LOCAL))
    given = Given(by=standing.by, dossier={**standing.dossier, **more})
    row = Walk(standing.ledger, given, at)
    row.open()
    for action in standing.steps:
        row.take(action)
    return row


def walked(procedure: str, scenario: Scenario) -> Walk:
    """Walk a whole scenario; the first difference raises."""
    begun = moment(scenario.given.at, dt.datetime.now(LOCAL))
    if scenario.given.twin:
        first = scenario.given.model_copy(update={"refused": []})
        twin = Walk(procedure, first, begun - dt.timedelta(hours=1))
        twin.open()
        for action in steps_before(scenario.given, in_ledger=twin.case.in_ledger):
            twin.take(action)
    walk = Walk(procedure, scenario.given, begun)
    walk.open()
    if scenario.given.refused:
        return walk
    for number, action in enumerate(scenario.steps, 1):
        try:
            walk.take(action)
        except AssertionError as wrong:
            raise AssertionError(f"{scenario.name}, step {number}: {wrong}") from wrong
    return walk
