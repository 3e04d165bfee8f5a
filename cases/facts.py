"""What guards may know: the roots of CEL, built from rows, one root at a time and only when asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.db.models import Q

from accounts.clock import local_day
from accounts.models import User
from cases.models import Attachment, Case, LinkedCase, Part
from cases.office import office_values
from cases.values import to_facts
from workflows.definition import ROW_NO, Field, PartKind, Procedure

EPOCH = dt.date(1970, 1, 1)
NO_PAPER = {"draft": False, "signed": False, "issued": False, "stale": False}
DAY_FACTS = ("due_on", "original_due_on", "handled_on", "closed_on")
MOMENT_FACTS = {"submitted_at": "submitted_on", "received_at": "received_on", "entered_at": "entered_on"}


def day_number(day: dt.date | str) -> int:
    """Return days since 1970-01-01 of a date or ISO day."""
    found = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return (found - EPOCH).days


def day_of(number: int) -> dt.date:
    """Return the date of a day number."""
    return EPOCH + dt.timedelta(days=number)


KEPT = frozenset({"attachments", "links", "office"})  # no step changes them: asked once while the case is locked
SAME = frozenset({"case", "parts"})  # the same whichever part one looks from
COMMON = "common answers"  # beside them
BY_KEY = "parts by key"
KEPT_OF_PART = attrgetter(
    "fields", "papers", "state", "closed", "ended", "round", "attempt", "stale", "entered_at", "due_on", "closed_on"
)

BUILT = {root: f"_{root}" for root in ("case", "dossier", "parts", "part", "papers", "attachments", "links", "office")}
FROM_EVERYWHERE = ("actor", "acting_for", "config", "now_day")  # given, and the same from whichever part one looks

READ = "read dossier"  # beside the kept roots: a dossier, its facts, what expressions have said of it


class Facts(Mapping[str, Any]):
    """The roots of CEL for one case, or one part of it; each is built at its first use.

    `kept` holds the roots of `KEPT` for all facts of one turn.
    """

    def __init__(
        self,
        *,
        definition: Procedure,
        case: Case,
        parts: Sequence[Part],
        now: dt.datetime,
        part: Part | None = None,
        ask: Mapping[str, Any] | None = None,
        actor: Mapping[str, Any] | None = None,
        acting_for: Mapping[str, Any] | None = None,
        kept: dict[str, Any] | None = None,
    ) -> None:
        self._kept, self._same = kept if kept is not None else {}, dict[str, Any]()
        self.definition, self.case, self.all_parts, self.now, self.part = definition, case, parts, now, part
        self._found: dict[str, Any] = {
            "ask": dict(ask or {}),
            "actor": dict(actor or {"roles": [], "is_applicant": False}),
            "acting_for": dict(acting_for or {}),
            "config": definition.config,
            "now_day": day_number(local_day(now)),
        }

    def of(self, part: Part | None) -> Facts:
        """Return the facts as they are seen from a part, or from the case: only while nothing changes any record."""
        seen = object.__new__(type(self))
        seen.__dict__ |= self.__dict__
        seen.part = part
        seen._found = {name: self._found[name] for name in FROM_EVERYWHERE} | {"ask": {}}
        return seen

    def __getitem__(self, root: str) -> Any:
        found = self._kept if root in KEPT else self._same if root in SAME else self._found
        if root not in found:
            found[root] = getattr(self, BUILT[root])()
        return found[root]

    def __iter__(self) -> Iterator[str]:
        return iter({*self._found, *BUILT})

    def __len__(self) -> int:
        return len({*self._found, *BUILT})

    def _dossier(self) -> Mapping[str, Any]:
        """A dossier is never changed in place: as long as it is the same object, its facts are the same."""
        return self._read()[1]

    @property
    def common(self) -> dict[str, Any]:
        """What expressions that are about no part have said, by their text: the same whichever part one looks from."""
        found: dict[str, Any] = self._same.setdefault(COMMON, {})
        return found

    @property
    def said(self) -> dict[tuple[str, str], Any]:
        """What expressions have said of the dossier as it is, and of what else they read."""
        return self._read()[2]

    def _read(self) -> tuple[Any, dict[str, Any], dict[tuple[str, str], Any]]:
        if READ not in self._kept or self._kept[READ][0] is not self.case.dossier:
            self._kept[READ] = (self.case.dossier, to_facts(self.definition.fields, self.case.dossier), {})
        found: tuple[Any, dict[str, Any], dict[tuple[str, str], Any]] = self._kept[READ]
        return found

    def _case(self) -> dict[str, Any]:
        return case_facts(self.definition, self.case, self.all_parts)

    def _parts(self) -> dict[str, list[dict[str, Any]]]:
        kinds = {kind.code: kind for kind in self.definition.parts}
        rows = [p for p in self.all_parts if p.attempt == self.case.attempt]
        last = {p.kind: p for p in rows}
        seen = {p.key: self._of(kinds[p.kind], p, latest=p is last[p.kind]) for p in rows}
        self._same[BY_KEY] = seen
        return {code: [seen[p.key] for p in rows if p.kind == code] for code in kinds}

    def _of(self, kind: PartKind, part: Part, *, latest: bool) -> dict[str, Any]:
        """What a part holds is never changed in place either: as long as it holds the same, its facts are the same."""
        row, place = self._row_of(kind, part), f"facts of {part.key}"
        held = (*KEPT_OF_PART(part), row, latest)
        if place not in self._kept or self._kept[place][0] != held:
            self._kept[place] = (held, part_facts(kind, part, latest=latest) | row)
        found: dict[str, Any] = self._kept[place][1]
        return found

    def _row_of(self, kind: PartKind, part: Part) -> dict[str, Any]:
        """Return the row of the dossier that a part is about; nothing when it is gone."""
        named = kind.row_field
        if named is None:
            return {}
        place = f"rows of {named.inner}"
        if place not in self._same:
            self._same[place] = {row.get(ROW_NO): row for row in reversed(self["dossier"].get(named.inner, ()))}
        row = self._same[place].get(part.fields.get(named.name))
        return {} if row is None else {"row": row}

    def _part(self) -> dict[str, Any]:
        part = self.part
        if part is None:
            return {}
        if (known := self._same.get(BY_KEY, {}).get(part.key)) is not None:
            found: dict[str, Any] = known
            return found
        same = (p for p in reversed(self.all_parts) if p.kind == part.kind and p.attempt == part.attempt)
        return self._of(self.definition.part(part.kind), part, latest=next(same, part).key == part.key)

    def _papers(self) -> dict[str, dict[str, Any]]:
        return paper_facts(self.definition, self.case, self.part)

    def _office(self) -> Mapping[str, Any]:
        return office_values(local_day(self.now))

    def _attachments(self) -> dict[str, dict[str, Any]]:
        return attachment_facts(self.definition, self.case)

    def _links(self) -> dict[str, list[dict[str, Any]]]:
        return link_facts(self.definition, self.case)


def case_facts(definition: Procedure, case: Case, parts: Sequence[Part]) -> dict[str, Any]:
    """Return the root `case`; absent values are left out."""
    types = definition.facts.get("case", {})
    found: dict[str, Any] = {
        name: day_number(value) if types.get(name) == "day" else value for name, value in case.attributes.items()
    }
    found |= {
        "submission_code": case.submission_code,
        "procedure": case.procedure,
        "version": definition.version,
        "state": case.state,
        "clock": case.clock,
        "attempt": case.attempt,
        "urgent": case.urgent,
        "overdue": case.overdue,
        "closed": case.closed,
        "archived": case.state == "archived",
        "open_parts": sum(1 for p in parts if not (p.closed or p.ended)),
        "change_pending": any(p.kind == "change" and not p.closed and not p.ended for p in parts),
        "extension_count": case.attributes.get("extension_count", 0),
        "signed": case.attributes.get("signed", False),
        "result_electronic": case.attributes.get("result_electronic", False),
        "channel": case.dossier.get("channel", ""),
    }
    optional = {
        "code": case.case_code,
        "unit": case.unit.code if case.unit is not None else None,
        "assignee": str(case.assignee_id) if case.assignee_id else None,
    }
    found |= {name: value for name, value in optional.items() if value is not None}
    if case.kind == Case.Kind.BOOK:
        found["book"] = True
    found |= {n: day_number(v) for n in DAY_FACTS if (v := getattr(case, n)) is not None}
    found |= {n: day_number(local_day(v)) for a, n in MOMENT_FACTS.items() if (v := getattr(case, a)) is not None}
    return found


def part_facts(kind: PartKind, part: Part, *, latest: bool) -> dict[str, Any]:
    """Return one part as guards see it: its own values and those the engine keeps."""
    found = to_facts(kind.fields, part.fields)
    found |= {
        "id": str(part.pk),
        "key": part.key,
        "state": part.state,
        "closed": part.closed or part.ended,
        "ended": part.ended,
        "round": part.round,
        "attempt": part.attempt,
        "latest": latest,
        "stale": part.stale,
        "opened_on": day_number(local_day(part.opened_at)),
        "entered_on": day_number(local_day(part.entered_at)),
        "drafts_stale": any(k.get("stale") and k.get("draft") and not k.get("issued") for k in part.papers.values()),
        **_result_of(part),
    }
    found |= {n: day_number(v) for n in ("due_on", "closed_on") if (v := getattr(part, n)) is not None}
    return found


def _result_of(part: Part) -> dict[str, Any]:
    """Return number and day of the latest public document of a part: by these others name it."""
    issued = [k for k in part.papers.values() if k.get("issued") and k.get("public") and k.get("number")]
    if not issued:
        return {}
    return {"document_no": issued[-1]["number"], "document_date": day_number(issued[-1]["issued_on"])}


def paper_facts(definition: Procedure, case: Case, part: Part | None = None) -> dict[str, dict[str, Any]]:
    """Return what became of every declared paper; of the acting part's own papers, what became of them there."""
    found: dict[str, dict[str, Any]] = {}
    own = definition.part(part.kind).papers if part is not None else ()
    for paper in definition.papers:
        kept = (part.papers if part is not None and paper.code in own else case.papers).get(paper.code, {})
        seen = {k: v for k, v in kept.items() if k in (*NO_PAPER, "number") and v not in (None, "")}
        if kept.get("issued_on"):
            seen["issued_on"] = day_number(kept["issued_on"])
        found[paper.code] = {**NO_PAPER, **seen}
    return found


def attachment_facts(definition: Procedure, case: Case) -> dict[str, dict[str, Any]]:
    """Return present, count, original_received and electronic of every declared attachment."""
    rows = list(Attachment.objects.filter(case=case, replaced_at=None).values_list("kind", "original_received"))
    return {
        a.code: {
            "present": any(k == a.code for k, _ in rows),
            "count": sum(1 for k, _ in rows if k == a.code),
            "original_received": any(k == a.code and received for k, received in rows),
            "electronic": not any(k == a.code and received for k, received in rows),
        }
        for a in definition.attachments
    }


def link_facts(definition: Procedure, case: Case) -> dict[str, list[dict[str, Any]]]:
    """Return the linked cases by procedure, whoever opened whom; a declared link is always there, perhaps empty."""
    found: dict[str, list[dict[str, Any]]] = {link.procedure: [] for link in definition.links}
    either = Q(case=case) | Q(other=case, case__procedure__in=[*found])  # whoever of the two made the link
    for link in LinkedCase.objects.filter(either, other__isnull=False).select_related("case", "other"):
        other = link.other if link.case_id == case.pk else link.case
        if other is None:
            continue
        row: dict[str, Any] = {"code": other.code, "state": other.state, "closed": other.closed}
        if other.attributes.get("result_kind"):
            row["result_kind"] = other.attributes["result_kind"]
        if other.closed_on is not None:
            row["closed_on"] = day_number(other.closed_on)
        found.setdefault(link.procedure if link.case_id == case.pk else other.procedure, []).append(row)
    return found


def person_facts(
    user: User | None, roles: frozenset[str], unit: str, *, applicant: bool, drafter: bool
) -> dict[str, Any]:
    """Return the root `actor`."""
    return {
        "id": str(user.pk) if user is not None else "system",
        "roles": sorted(roles),
        "unit": unit,
        "is_applicant": applicant,
        "is_drafter": drafter,
    }


def to_stored(kind: str, value: Any) -> Any:
    """Turn a value in facts form into stored form: day numbers of a `day` or `date` into ISO days."""
    if kind in ("day", "date") and isinstance(value, int) and not isinstance(value, bool):
        return day_of(value).isoformat()
    return value


def fields_to_stored(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn values of declared fields from facts form into stored form, rows of tables included."""
    types = {f.name: f for f in fields}
    return {name: _stored(types.get(name), value) for name, value in values.items() if value is not None}


def _stored(field: Field | None, value: Any) -> Any:
    if field is not None and field.base == "table" and isinstance(value, list):
        return [fields_to_stored(field.columns, row) for row in value]
    return to_stored(field.base if field is not None else "", value)
