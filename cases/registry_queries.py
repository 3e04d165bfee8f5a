"""Registries as their readers look them up: which there are, their entries, the versions of one, who refers to it.

An entry is addressed by the row or by the case that says it, never by its key: keys of people are personal numbers.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Q

from accounts.clock import local_day
from accounts.models import Mandate, Organisation, User
from cases.access import may_see_field, reads_registries, visible_cases, visible_entries
from cases.facts import day_number, fields_to_stored
from cases.models import Case, Part, RegistryEntry, TableRow
from cases.procedures import current, definition_by
from cases.registries import row_of
from cases.tables import own_columns
from workflows.definition import Field, Procedure, Registry
from workflows.lookups import Lookups
from workflows.tables import NoLookups

MOST_READ = 5_000  # entries of one registry that a search goes through
MOST_CASES = 100  # cases that refer to one entry
ITEM, DOSSIER = re.compile(r"item\.(\w+)"), re.compile(r"dossier\.(\w+)")
ORGANISATIONS, MANDATES = "organisations", "mandates"
OWN: Mapping[str, tuple[str, str]] = {
    ORGANISATIONS: ("Tổ chức nộp hồ sơ", "Organisations that file"),
    MANDATES: ("Văn bản ủy quyền", "Mandates"),
}


@dataclass(frozen=True, slots=True)
class Book:
    """One registry: declared by a procedure, or kept by the house itself."""

    code: str
    vi: str
    en: str
    columns: tuple[Field, ...] = ()
    registry: Registry | None = None
    key: Field | None = None  # of a registry read from cases: the field of the dossier that is its key
    definition: Procedure | None = None

    def seen(self, roles: Iterable[str]) -> tuple[Field, ...]:
        """Return the columns that one of the roles may see; sensitive values stand on the page of their case alone."""
        held = frozenset(roles)
        return tuple(c for c in self.columns if not c.sensitive and may_see_field(c, held))

    def sees_key(self, roles: Iterable[str]) -> bool:
        """Whether one of the roles may see the key where it comes from."""
        return self.key is None or may_see_field(self.key, roles)

    @property
    def tells_key(self) -> bool:
        """Whether the key is told: no number of a person."""
        return self.key is None or not (self.key.sensitive or self.key.personal)


@dataclass(frozen=True, slots=True)
class Version:
    """What stands of an entry between two days, and where it comes from."""

    columns: Mapping[str, Any]  # stored form
    first: dt.date | None
    last: dt.date | None
    src: str = ""
    confirmed: bool = True
    revision: int = 0
    changed_at: dt.datetime | None = None
    changed_by: str = ""
    case: Case | None = None

    def holds(self, day: dt.date) -> bool:
        return (self.first or day) <= day <= (self.last or day)


@dataclass(frozen=True, slots=True)
class Entry:
    """One key with its versions, the latest first."""

    key: str
    address: tuple[str, ...]  # how a page names it
    versions: tuple[Version, ...]
    columns: Mapping[str, Any] = field(default_factory=dict)  # what they say together, today


def books(person: User, now: dt.datetime) -> list[Book]:
    """Return the registries of the house and of every published procedure; none for who is not of the office."""
    if not reads_registries(person, now):
        return []
    declared = {r.code: _declared(r, p) for p in _published() for r in p.registries}
    own = [Book(code, vi, en) for code, (vi, en) in OWN.items()]
    return sorted([*declared.values(), *own], key=lambda book: book.vi)


def book_called(code: str, person: User, now: dt.datetime) -> Book | None:
    """Return a registry that is for the person, None for another or none."""
    return next((book for book in books(person, now) if book.code == code), None)


def _published() -> list[Procedure]:
    rows = current().order_by("effective_from", "pk").values_list("hash", flat=True)
    return [definition_by(found) for found in rows]


def _declared(registry: Registry, definition: Procedure) -> Book:
    key = _key_field(registry, definition)
    return Book(registry.code, registry.vi, registry.en, registry.columns, registry, key, definition)


def _key_field(registry: Registry, definition: Procedure) -> Field | None:
    """Return the field of the dossier that is the key of a registry read from cases: it says who may see it."""
    view = registry.view
    if view is None:
        return None
    of_item, of_dossier = ITEM.fullmatch(view.key), DOSSIER.fullmatch(view.key)
    table = DOSSIER.fullmatch(view.for_each or "")
    if of_item is not None and table is not None:
        rows = definition.field(table[1])
        return next((c for c in (rows.columns if rows is not None else ()) if c.name == of_item[1]), None)
    return definition.field(of_dossier[1]) if of_dossier is not None else None


# ------------------------------------------------------------------------------------------------------ entries
def entries(book: Book, person: User, now: dt.datetime, *, key: str | None = None) -> list[Entry]:
    """Return the entries that a person may see, each key once: the office's rows, then what cases say."""
    if book.code == MANDATES:
        return [_mandate(row) for row in Mandate.objects.select_related("grantor", "grantee")]
    if book.code == ORGANISATIONS:
        return [_organisation(row) for row in Organisation.objects.order_by("name")]
    wanted = Q(key=key) if key is not None else Q()
    rows = TableRow.objects.filter(wanted, table=book.code).order_by("key", "-valid_from")[:MOST_READ]
    found: dict[str, list[TableRow]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(row)
    said = _said(book, person, now, wanted)
    kept = [_kept(kept_key, versions, now) for kept_key, versions in found.items() if kept_key not in said]
    return [*kept, *(_told(book, said_key, own, found.get(said_key, ()), now) for said_key, own in said.items())]


def _said(book: Book, person: User, now: dt.datetime, wanted: Q) -> dict[str, list[RegistryEntry]]:
    if book.registry is None or book.registry.view is None:
        return {}
    rows = visible_entries(person, now).filter(wanted, registry=book.code).select_related("case")
    found: dict[str, list[RegistryEntry]] = {}
    for row in rows.order_by("case_id", "position")[:MOST_READ]:
        found.setdefault(row.key, []).append(row)
    return found


def _kept(key: str, rows: Iterable[TableRow], now: dt.datetime) -> Entry:
    versions = [_of_row(row) for row in rows]
    first = next(iter(rows))
    return Entry(key, ("row", str(first.pk)), tuple(versions), _today(versions, now))


def _told(book: Book, key: str, said: list[RegistryEntry], rows: Iterable[TableRow], now: dt.datetime) -> Entry:
    """What cases say of a key comes first (cases.lookups); the row on a day is what their entries say together."""
    versions = [_of_entry(book, one) for one in reversed(said)] + [_of_row(row) for row in rows]
    view = book.registry.view if book.registry is not None else None
    day = local_day(now)
    together = row_of(view, said, day_number(day), cast("Lookups", NoLookups())) if view is not None else None
    columns = fields_to_stored(book.columns, together) if together is not None else _today(versions, now)
    return Entry(key, ("said", said[0].case.code, str(said[0].position)), tuple(versions), columns)


def _today(versions: Iterable[Version], now: dt.datetime) -> Mapping[str, Any]:
    day, found = local_day(now), list(versions)
    return next((v.columns for v in found if v.holds(day)), found[0].columns if found else {})


def _of_row(row: TableRow) -> Version:
    return Version(
        own_columns(row.columns), row.valid_from, row.valid_to, row.src, row.confirmed, row.revision, row.changed_at,
        row.changed_by,
    )  # fmt: skip


def _of_entry(book: Book, entry: RegistryEntry) -> Version:
    columns = fields_to_stored(list(fields_of_entries(book)), entry.columns)
    return Version(columns, entry.valid_from, entry.valid_to, case=entry.case)


def fields_of_entries(book: Book) -> Iterator[Field]:
    """Yield the columns that a single entry may have: those of the registry, and of its tables of entries."""
    for column in book.columns:
        yield column
        yield from column.columns


def _mandate(row: Mandate) -> Entry:
    last = row.valid_to if row.revoked_on is None else min(row.valid_to, row.revoked_on - dt.timedelta(days=1))
    columns = {
        "document_no": row.document_no, "document_date": row.document_date.isoformat(), "grantor": str(row.grantor),
        "grantee": str(row.grantee), "role": row.role, "form": row.get_form_display(),
        "procedures": list(row.procedures), "acts": list(row.acts),
    }  # fmt: skip
    return Entry(row.document_no, ("row", str(row.pk)), (Version(columns, row.valid_from, last),), columns)


def _organisation(row: Organisation) -> Entry:
    columns = {"name": row.name, "name_en": row.name_en, "tax_code": row.tax_code, "address": row.address}
    return Entry(row.code, ("row", str(row.pk)), (Version(columns, row.valid_from, row.valid_to),), columns)


def entry_at(book: Book, address: tuple[str, ...], person: User, now: dt.datetime) -> Entry | None:
    """Return the entry of an address that a person may see."""
    key = _key_at(book, address, person, now)
    if key is None:
        return None
    return next((one for one in entries(book, person, now, key=key) if one.key == key), None)


def _key_at(book: Book, address: tuple[str, ...], person: User, now: dt.datetime) -> str | None:
    kind, named, *position = address
    if kind == "said":
        wanted = Q(case__case_code=named) | Q(case__submission_code=named)
        rows = visible_entries(person, now).filter(wanted, registry=book.code, position=int(position[0]))
        return rows.values_list("key", flat=True).first()
    if book.code == MANDATES:
        return Mandate.objects.filter(pk=int(named)).values_list("document_no", flat=True).first()
    if book.code == ORGANISATIONS:
        return Organisation.objects.filter(pk=int(named)).values_list("code", flat=True).first()
    return TableRow.objects.filter(pk=int(named), table=book.code).values_list("key", flat=True).first()


# ------------------------------------------------------------------------------------------------------ references
def referring(book: Book, key: str, person: User, now: dt.datetime) -> list[Case]:
    """Return the cases that name an entry in the dossier or in a part, as far as the person may open them."""
    named = _naming(book, key)
    found = visible_cases(person, now).filter(named).exclude(state="draft").select_related("definition")
    return list(found.defer("definition__body").order_by("-saved_at").distinct()[:MOST_CASES])


def _naming(book: Book, key: str) -> Q:
    if book.code == ORGANISATIONS:
        return Q(organisation__code=key)
    found = Q(pk__in=[])
    for definition in _published():
        for name in _refs(definition.fields, book.code):
            found |= Q(procedure=definition.procedure, **{f"dossier__{name}": key})
        for kind in definition.parts:
            for name in _refs(kind.fields, book.code):
                parts = Part.objects.filter(kind=kind.code, **{f"fields__{name}": key})
                found |= Q(procedure=definition.procedure, pk__in=parts.values("case"))
    return found


def _refs(fields: Iterable[Field], registry: str) -> Iterator[str]:
    return (f.name for f in fields if f.base == "ref" and f.inner == registry)
