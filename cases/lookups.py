"""Answers to what the engine asks of the world, for one step on one locked case."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from accounts.clock import local_day
from accounts.models import Organisation, OrgUnit
from cases.access import DIVISION, Standing, standing
from cases.calendar import load_calendar
from cases.completeness import missing_at, missing_of_part
from cases.facts import day_number, day_of
from cases.ledger_rows import (
    book_over,
    held_by,
    kept_in,
    ledger_facts,
    open_differences,
    rows_ever_called,
    standing_of,
    there_on,
)
from cases.models import Case, Event, Part, TableRow, Task
from cases.reading import Reader, covering
from cases.registries import row_of, view_of
from cases.tables import own_columns
from workflows.calendar import Calendar
from workflows.definition import Procedure, Registry, Step, Table
from workflows.tables import Decision, Hit, result

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Who reviews below the signer; the applicant's, the clerk's and the system's steps are no review.
REVIEWERS = frozenset({"specialist", "division_head", "dept_leader", "ppc_office"})


class CaseLookups:
    """Implements workflows.lookups.Lookups on the database; notes the revision of every row it reads."""

    def __init__(
        self,
        *,
        definition: Procedure,
        case: Case,
        parts: Sequence[Part],
        step: Step,
        role: str,
        now: dt.datetime,
        facts: Mapping[str, Any],
        checklists: Mapping[str, Mapping[str, str]] | None = None,
        mandate_no: str = "",
        calendar: Callable[[], Calendar] = load_calendar,
        part: Part | None = None,
        reader: Reader | None = None,
    ) -> None:
        self.definition, self.case, self.parts, self.step, self.role = definition, case, parts, step, role
        self.now, self.day, self.facts = now, local_day(now), facts
        self.checklists, self.mandate_no = checklists or {}, mandate_no
        self._calendar, self.part = calendar, part
        self.reader = reader or Reader(case)
        self._reads: dict[str, int] = {}
        self._people: dict[str, Standing] = {}

    @property
    def reads(self) -> dict[str, int]:
        return self._reads

    # ------------------------------------------------------------------------------- dated rows and days
    def row(self, table: str, key: Any, day: int) -> Mapping[str, Any] | None:
        asked = (table, str(key), day)
        if asked not in self.reader.said:
            before, self._reads = self._reads, {}
            try:
                self.reader.said[asked] = (self._row(table, key, day), self._reads)
            finally:
                self._reads = before
        found, reads = self.reader.said[asked]
        self._reads |= reads
        return found

    def _row(self, table: str, key: Any, day: int) -> Mapping[str, Any] | None:
        when = day_of(day)
        if table == "organisations":
            return self._organisation(str(key), when)
        if table == "mandates":
            return self._mandate(str(key), when)
        if self.definition.table(table) is not None:
            return self._declared(table, str(key), when)
        own = view_of(self.definition, table)
        said = self._from_cases(own, str(key), day) if own is not None else None
        if said is not None:
            return said
        found = self.reader.dated(table, str(key), when)
        if found is None:
            if own is not None:
                return None
            ledger = self._ledger_row(table, key, when)
            if ledger is not None:
                return ledger
            view = self.reader.view(table, self.day)  # of another procedure: asked for last, it costs a statement
            return self._from_cases(view, str(key), day) if view is not None else None
        self._reads[f"{table}:{key}"] = found.revision
        return _row_facts(found, when)

    def _ledger_row(self, ledger: str, key: Any, when: dt.date) -> Mapping[str, Any] | None:
        """The row of a ledger by its id or its key; noted by its id, for the key may be personal."""
        found = self.reader.called(ledger, str(key))
        if found is None or not there_on(found, when):
            return None
        self._reads[f"{ledger}:{found.pk}"] = found.version
        return ledger_facts(found)

    def rows_of(self, ledger: str, holders: Sequence[Any]) -> list[Mapping[str, Any]]:
        found = held_by(ledger, [str(holder) for holder in holders])
        self._reads |= {f"{ledger}:{row.pk}": row.version for row in found}
        return [standing_of(row) for row in found]

    def rows_ever_called(self, ledger: str, key: str) -> list[Mapping[str, Any]]:
        found = rows_ever_called(ledger, key)
        self._reads |= {f"{ledger}:{row.pk}": row.version for row in found}
        return [ledger_facts(row) for row in found]

    def last_count(self, ledger: str) -> Mapping[str, Any] | None:
        book = book_over(self.case)
        if book is None or "last_counted_on" not in book.attributes:
            return None
        self._reads |= {f"{ledger}:{book.pk}": book.version}
        return {name: book.attributes[name] for name in ("last_counted_on", "gap_since") if name in book.attributes}

    def differences(self, ledger: str, counted: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
        rows = kept_in(self.case, ledger)
        self._reads |= {f"{ledger}:{row.pk}": row.version for row in rows}
        return open_differences(rows, counted)

    def _organisation(self, code: str, day: dt.date) -> Mapping[str, Any] | None:
        dated = Q(valid_to=None) | Q(valid_to__gte=day)
        found = Organisation.objects.filter(dated, code=code, valid_from__lte=day).first()
        unit = found or OrgUnit.objects.filter(dated, code=code, valid_from__lte=day).first()
        return {"code": code, "name": unit.name} if unit is not None else None

    def _mandate(self, key: str, day: dt.date) -> Mapping[str, Any] | None:
        found = covering(self.reader.mandates(day), key)
        if found is None:
            return None
        self._reads[f"mandates:{found.pk}"] = 1  # a mandate is revoked, never changed
        row = {"document_no": found.document_no, "document_date": day_number(found.document_date), "role": found.role}
        return {**row, "until": day_number(found.valid_to)}

    def _declared(self, table: str, key: str, day: dt.date) -> Mapping[str, Any] | None:
        found = next((hit for hit in self.reader.hits(table, day) if hit.line.code == key), None)
        if found is None:
            return None
        self._note(table, [found])
        return {name: _day(value) for name, value in found.facts.items()}

    def _note(self, table: str, hits: Iterable[Hit]) -> None:
        self._reads |= {f"{table}:{hit.line.code}": hit.revision for hit in hits}

    def _from_cases(self, registry: Registry, key: str, day: int) -> Mapping[str, Any] | None:
        """Read what cases say of a key. It is noted by case and event: the key may be personal."""
        entries = self.reader.entries(registry.code, key)
        if registry.view is None:
            return None
        seen = [e for e in entries if not (registry.view.others and e.case_id == self.case.pk)]
        self._reads |= {f"{registry.code}:{entry.case_id}": entry.seq for entry in seen}
        return row_of(registry.view, seen, day, self)

    def decide(self, table: str, facts: Mapping[str, Any]) -> Any:
        return result(self._table(table), self.judged(table, facts))

    def table_needs(self, table: str) -> Mapping[str, Any]:
        return self.reader.judged(self._table(table), self._day_of_rows()).needs

    def judged(self, table: str, facts: Mapping[str, Any]) -> Decision:
        before, self._reads = self._reads, {}
        try:
            found, reads = self.reader.judged(self._table(table), self._day_of_rows()).of(facts, self)
        finally:
            self._reads = before
        self._reads |= reads
        self._note(table, found.read)
        return found

    def _table(self, code: str) -> Table:
        found = self.definition.table(code)
        if found is None:
            raise LookupError(f"no decision table {code}")
        return found

    def _day_of_rows(self) -> dt.date:
        """A case keeps the rows of the day of its receipt; before it those of today count."""
        return local_day(self.case.received_at) if self.case.received_at is not None else self.day

    def add_wd(self, day: int, n: int) -> int:
        calendar = self._calendar()
        self._reads["calendar"] = calendar.revision
        return day_number(calendar.add_working(day_of(day), n))

    def wd_between(self, first: int, last: int) -> int:
        calendar = self._calendar()
        self._reads["calendar"] = calendar.revision
        return calendar.working_between(day_of(first), day_of(last))

    # ---------------------------------------------------------------------------------------------- people
    def holds_role(self, person: str, role: str) -> bool:
        held = [h for h in self._standing(person).roles if h.role == role]
        return any(self.case.unit_id in (None, h.unit_id) or h.unit_kind != DIVISION for h in held)

    def conflict(self, person: str) -> bool:
        if self._is_named(person):
            return True
        if (
            str(self.case.applicant_id) == person
            or (str(self.case.opened_by_id) == person
            and not self._filed_for_another())
        ):
            return True
        if self.case.organisation_id is None or person in ("", "system"):
            return False
        return self.case.organisation_id in self._standing(person).organisations

    def _is_named(self, person: str) -> bool:
        """Whether the person's name stands where the dossier names people of its own: whoever travels, for instance."""
        named = named_people(self.definition, self.case)
        if not named or person in ("", "system"):
            return False
        return self.reader.name_of(person) in named

    def _standing(self, person: str) -> Standing:
        if person not in self._people:
            self._people[person] = standing(person, self.day)
        return self._people[person]

    def _filed_for_another(self) -> bool:
        return self.case.opened_by_id != self.case.applicant_id

    def drafted(self, people: frozenset[str]) -> bool:
        signed_here = [c for c in self.step.papers.sign if c not in self.step.papers.prepare]
        holders = [self.case.papers, *([self.part.papers] if self.part is not None else [])]
        drafters = {papers.get(c, {}).get("drafted_by") for c in signed_here for papers in holders}
        return bool(people & ({self.case_drafter()} | drafters))

    def case_drafter(self) -> str:
        """Whoever ran the last submission for review; a step that prepares and signs has no drafter of its own."""
        ran = [t["person"] for t in self.case.trail if t["role"] == "specialist"]
        return ran[-1] if ran else ""

    def reviewed(self, people: frozenset[str]) -> bool:
        below = REVIEWERS - {self.role, self.step.by[0]}
        trail = self.case.trail
        drafted = max((n for n, t in enumerate(trail) if t["role"] == "specialist"), default=-1)
        return any(t["person"] in people and t["role"] in below for t in trail[drafted + 1 :])

    def gave_opinion(self, people: frozenset[str]) -> bool:
        return any(t["person"] in people and t["role"] == "consultee" for t in self.case.trail)

    def signer_of(self, paper: str) -> tuple[str, str]:
        kept = self.case.papers
        if paper == "result":
            issued = [p for p in kept.values() if p.get("issued") and p.get("public")]
            found = issued[-1] if issued else {}
        else:
            found = kept.get(paper, {})
        return found.get("signed_by", ""), found.get("signer_role", "")

    def mandate(self, act: str, grantor: str, people: frozenset[str]) -> str | None:
        given = [m for m in self.reader.mandates(self.day) if m.role == grantor and str(m.grantee_id) in people]
        found = next((m for m in given if m.covers(self.case.procedure, act)), None)
        if found is None:
            return None
        self._reads[f"mandates:{found.pk}"] = 1
        return found.document_no

    # ------------------------------------------------------------------------------------------- the case
    def other_open(self, key: Any, path: str) -> bool:
        name = path.removeprefix("dossier.")
        others = Case.objects.filter(procedure=self.case.procedure, closed=False, **{f"dossier__{name}": key})
        return others.exclude(pk=self.case.pk).exclude(state="draft").exists()

    def checklist(self, name: str) -> Mapping[str, str]:
        return self.checklists.get(name, {})

    def missing(self, stage: str) -> list[tuple[str, str, str]]:
        if self.part is not None:
            return missing_of_part(self.definition, self.part, stage, self.facts, self)
        return missing_at(self.definition, self.case, stage, self.facts, self)

    def originals_open(self) -> list[str]:
        held: dict[str, str] = self.case.attributes.get("originals", {})
        return sorted(name for name, last in held.items() if last in ("nhan", "luu"))

    def opened_since(self, task_state: str) -> bool:
        waiting = Task.objects.filter(case=self.case, part=None, state=task_state, done_at=None)
        claimed = waiting.exclude(assignee=None).exists()
        return claimed or Event.objects.filter(case=self.case, seq__gt=self.case.head_seq, kind="transition").exists()

    def successor(self, unit: str) -> bool:
        dated = Q(valid_to=None) | Q(valid_to__gte=self.day)
        return OrgUnit.objects.filter(dated, code=unit, valid_from__lte=self.day, predecessors__isnull=False).exists()


def _row_facts(row: TableRow, day: dt.date) -> dict[str, Any]:
    columns = {name: _day(value) for name, value in own_columns(row.columns).items()}
    if row.table == "retention_rules":
        columns["until_day"] = _retained_until(row.columns, day)
    return columns


def _day(value: Any) -> Any:
    return day_number(value) if isinstance(value, str) and ISO_DAY.fullmatch(value) else value


def _retained_until(columns: Mapping[str, Any], closed: dt.date) -> int:
    """Retention counts from the day the case closed; permanent never ends."""
    if columns.get("permanent"):
        return day_number(dt.date.max)
    years = int(columns["years"])
    leap = closed.month == 2 and closed.day == 29
    return day_number(closed.replace(year=closed.year + years, day=28 if leap else closed.day))


def named_people(definition: Procedure, case: Case) -> list[str]:
    """Return the names of people whom the dossier names and who therefore never handle the case (`conflict`)."""
    found = []
    for spec in definition.fields:
        value = case.dossier.get(spec.name)
        if spec.conflict and isinstance(value, str):
            found.append(value)
        names = [c.name for c in spec.columns if c.conflict]
        found += [row[name] for row in (value or () if names else ()) for name in names if row.get(name)]
    return found


def names(people: Iterable[str]) -> frozenset[str]:
    """Return the ids of persons that count, without the empty ones."""
    return frozenset(p for p in people if p)
