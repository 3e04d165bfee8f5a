"""Registries in words: entries as lines of a list, one entry with its versions, its history and who refers to it."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.clock import local_day
from accounts.models import User
from accounts.role_names import role_name
from cases.access import may_see_field, reads_registries
from cases.ledger_queries import folded
from cases.models import Case
from cases.names import NAME_COLUMNS, Names
from cases.presentation.dossier import Shown
from cases.presentation.story import names_of
from cases.presentation.words import label, language, said
from cases.procedures import definition_by
from cases.registry_queries import Book, Entry, Version, fields_of_entries, referring
from workflows.definition import Field

MASK = "••••••••"
OWN_COLUMNS: Mapping[str, tuple[str, str]] = {
    "name": ("Tên", "Name"), "name_en": ("Tên tiếng Anh", "Name in English"), "tax_code": ("Mã số thuế", "Tax code"),
    "address": ("Địa chỉ", "Address"), "document_no": ("Số, ký hiệu", "Number"),
    "document_date": ("Ngày văn bản", "Day of the document"), "grantor": ("Người ủy quyền", "Grantor"),
    "grantee": ("Người được ủy quyền", "Grantee"), "role": ("Vai trò", "Role"), "form": ("Hình thức ký", "Form"),
    "procedures": ("Thủ tục", "Procedures"), "acts": ("Phạm vi", "Scope"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in the list."""

    address: tuple[str, ...]
    title: str
    key: str
    cells: tuple[tuple[str, str], ...]  # head and value
    tone: str
    standing: str


@dataclass(frozen=True, slots=True)
class Told:
    """One version of an entry."""

    first: dt.date | None
    last: dt.date | None
    holds: bool
    rows: tuple[Shown, ...]
    src: str
    confirmed: bool
    revision: int
    changed_at: dt.datetime | None
    changed_by: str
    case: Case | None


class Reading:
    """One person reading one registry: roles, columns and names are looked up once."""

    def __init__(self, book: Book, viewer: User, now: dt.datetime) -> None:
        self.book, self.viewer, self.now, self.day = book, viewer, now, local_day(now)
        self.roles = reads_registries(viewer, now)
        self.columns = book.seen(self.roles)
        self._names: Names | None = None

    # ------------------------------------------------------------------------------------------------- the list
    @property
    def heads(self) -> list[str]:
        return [label(column) for column in self._plain] if self.book.columns else [_own(n) for n in self._own_names]

    def lines(self, entries: Iterable[Entry], text: str = "") -> list[Line]:
        """Return the entries by name; of a search those whose name, key or values hold every word."""
        words = folded(text).split()
        drawn = [(self._line(entry), entry) for entry in entries]
        found = [line for line, entry in drawn if self._fits(line, entry, words)]
        return sorted(found, key=lambda line: folded(line.title))

    def _fits(self, line: Line, entry: Entry, words: list[str]) -> bool:
        """A key that is not told finds its entry only when it is typed in full, by who may see it in the cases."""
        if self.book.sees_key(self.roles) and "".join(words) == folded(entry.key):
            return True
        whole = folded(" ".join((line.title, line.key, *(value for _, value in line.cells))))
        return all(word in whole for word in words)

    def _line(self, entry: Entry) -> Line:
        tone, standing = self._standing(entry)
        return Line(
            address=entry.address,
            title=self.title(entry),
            key=entry.key if self.book.tells_key else "",
            cells=tuple(zip(self.heads, self._cells(entry.columns), strict=True)),
            tone=tone,
            standing=standing,
        )

    def _standing(self, entry: Entry) -> tuple[str, str]:
        """Return tone and words of an entry that does not hold today."""
        if any(version.holds(self.day) for version in entry.versions):
            return "", ""
        if any((version.first or self.day) > self.day for version in entry.versions):
            return "cobalt", said("Sắp có hiệu lực", "Coming")
        return "hollow", said("Hết hiệu lực", "No longer in force")

    def title(self, entry: Entry) -> str:
        """Return what an entry is called: its name, else the first text that may be told, else its key."""
        names = [*NAME_COLUMNS[language()], self._first_text]
        named = (str(entry.columns[name]) for name in names if entry.columns.get(name))
        return next(named, "") or (entry.key if self.book.tells_key else MASK)

    @property
    def _first_text(self) -> str:
        return next((column.name for column in self.columns if column.base == "text"), "")

    @property
    def _plain(self) -> list[Field]:
        """The columns of the list: what is no table, and no name that stands in the first column already."""
        named = {"name", "vi", "en", "name_en"}
        if not named & {column.name for column in self.columns}:
            named = {self._first_text}
        return [c for c in self.columns if c.base != "table" and c.name not in named]

    @property
    def _own_names(self) -> list[str]:
        return ["tax_code", "address"] if self.book.code == "organisations" else ["grantor", "grantee", "form"]

    def _cells(self, columns: Mapping[str, Any]) -> Iterator[str]:
        if self.book.columns:
            yield from (self.names.value(c, columns.get(c.name)) for c in self._plain)
        else:
            yield from (str(columns.get(name) or "") for name in self._own_names)

    @property
    def names(self) -> Names:
        if self._names is None:
            definition = self.book.definition
            if definition is None:
                raise ValueError(self.book.code)
            self._names = Names(definition, self.day, language())
        return self._names

    # ------------------------------------------------------------------------------------------------- one entry
    def facts(self, columns: Mapping[str, Any]) -> tuple[Shown, ...]:
        """Return the values of an entry, or of one of its versions, that the reader may see."""
        if not self.book.columns:
            return tuple(Shown(n, _own(n), _own_value(n, v)) for n, v in columns.items() if v not in ("", [], None))
        return tuple(self._shown(columns))

    def _shown(self, columns: Mapping[str, Any]) -> Iterator[Shown]:
        for column in fields_of_entries(self.book):
            value = columns.get(column.name)
            if value is None or column.sensitive:  # sensitive values stand on the page of their case alone
                continue
            if not may_see_field(column, self.roles):
                yield Shown(column.name, label(column), hidden=True)
            elif column.base == "table":
                yield Shown(column.name, label(column), table=self._table(column, value))
            else:
                yield Shown(column.name, label(column), self.names.value(column, value))

    def _table(self, column: Field, rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
        head = tuple(label(c) for c in column.columns)
        return (head, *(tuple(self.names.value(c, row.get(c.name)) for c in column.columns) for row in rows))

    def versions(self, entry: Entry) -> list[Told]:
        people = names_of(version.changed_by for version in entry.versions)
        return [self._version(version, people) for version in entry.versions]

    def _version(self, version: Version, people: Mapping[str, str]) -> Told:
        return Told(
            first=version.first, last=version.last, holds=version.holds(self.day), rows=self.facts(version.columns),
            src=version.src, confirmed=version.confirmed, revision=version.revision, changed_at=version.changed_at,
            changed_by=people.get(version.changed_by, version.changed_by), case=version.case,
        )  # fmt: skip

    def cases(self, entry: Entry) -> list[tuple[Case, str]]:
        """Return the cases that refer to an entry, each with the name of its procedure."""
        found = referring(self.book, entry.key, self.viewer, self.now)
        return [(case, label(definition_by(case.definition.hash))) for case in found]


def _own(name: str) -> str:
    return said(*OWN_COLUMNS[name])


def _own_value(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name == "role":
        return role_name(value)
    return f"{dt.date.fromisoformat(value):%d/%m/%Y}" if name == "document_date" else str(value)
