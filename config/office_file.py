"""Bring an office into the database as its file says it: `office init --file` and the trial province.

Safe to repeat: what is there already stays; a row that says something else gets a new revision, one with a later
first day ends the row before it. Nothing vanishes.
"""
from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction

from accounts.errors import PeopleRefused
from accounts.models import Mandate, Membership, Organisation, OrgUnit, RoleHeld, User, unit_on
from accounts.services import create_officer, give_mandate, grant_role, open_unit, rename_unit
from accounts.services.checks import clean_text
from cases.services.office_rows import put_row
from config.office_schema import (
    MandateEntry,
    OfficeFile,
    OfficeFileFaulty,
    OrganisationEntry,
    Person,
    Role,
    Row,
    Unit,
    Written,
    columns_of,
)
from workflows.errors import Fault
from workflows.shapes import near

Where = tuple[str | int, ...]


@dataclass(slots=True)
class Report:
    """What became of each entry: section -> {created, changed, unchanged}; first passwords by e-mail, shown once."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    first_passwords: dict[str, str] = field(default_factory=dict)

    def note(self, section: str, outcome: str) -> None:
        self.counts.setdefault(section, Counter())[outcome] += 1

    def as_dict(self) -> dict[str, Any]:
        return {"sections": {n: dict(c) for n, c in self.counts.items()}, "first_passwords": self.first_passwords}


@dataclass(slots=True)
class Applying:
    """One file on its way into the database."""

    written: Written
    now: dt.datetime
    actor: User | None
    password_hash: str
    report: Report
    faults: list[Fault] = field(default_factory=list)

    @property
    def says(self) -> OfficeFile:
        return self.written.says

    def day(self, first: dt.date | None) -> dt.date:
        return first or self.says.from_

    def attempt(self, where: Where, section: str, act: Callable[[], str]) -> None:
        """Do one entry; what a service refuses becomes a fault of that line, and the others are still tried."""
        try:
            with transaction.atomic():
                self.report.note(section, act())
        except PeopleRefused as refusal:
            self.faults += [self.written.fault(where, f"{r.vi} / {r.en}") for r in refusal.reasons]

    def missing(self, where: Where, code: str, known: Sequence[str]) -> None:
        self.faults.append(self.written.fault(where, f"không có / there is no {code}", near(code, known)))


def apply_office(
    data: Written, *, now: dt.datetime, actor: User | None, password_hash: str = "", report: Report | None = None
) -> Report:
    """Bring everything of an office file into the database, all or nothing. Raises OfficeFileFaulty.

    `password_hash`: one known password for new accounts (the trial province); else each gets a first password.
    """
    doing = Applying(data, now, actor, password_hash, report or Report())
    steps = (apply_units, apply_people, apply_mandates, apply_organisations, apply_rows)
    with transaction.atomic():
        for step in steps:
            step(doing)
        if doing.faults:
            raise OfficeFileFaulty(doing.faults)
    return doing.report


def apply_units(doing: Applying) -> None:
    for at, entry in enumerate(doing.says.units):
        where: Where = ("units", at)
        parent = unit_on(entry.parent, doing.day(entry.from_)) if entry.parent else None
        if entry.parent and parent is None:
            doing.missing((*where, "parent"), entry.parent, [u.code for u in doing.says.units])
            continue
        doing.attempt(where, "units", partial(put_unit, doing, entry, parent))


def put_unit(doing: Applying, entry: Unit, parent: OrgUnit | None) -> str:
    """Open the unit, or give it another name from a later day on."""
    words: dict[str, Any] = {"name": clean_text(entry.name), "name_en": entry.name_en, "symbol": entry.symbol}
    first = doing.day(entry.from_)
    by: dict[str, Any] = {"actor": doing.actor, "now": doing.now}
    there = OrgUnit.objects.filter(code=entry.code).order_by("-valid_from").first()
    if there is None:
        open_unit(code=entry.code, kind=entry.kind, parent=parent, valid_from=first, **words, **by)
        return "created"
    if all(getattr(there, name) == value for name, value in words.items()):
        return "unchanged"
    rename_unit(unit=there, from_day=first, **words, **by)
    return "changed"


def apply_people(doing: Applying) -> None:
    for at, entry in enumerate(doing.says.people):
        doing.attempt(("people", at), "people", partial(put_person, doing, entry))
        user = User.objects.filter(email=entry.email).first()
        if user is None:
            continue
        for n, role in enumerate(entry.roles):
            put_role(doing, ("people", at, "roles", n), user, role)


def put_person(doing: Applying, entry: Person) -> str:
    """Open the account; who has one keeps it as it is."""
    if User.objects.filter(email=entry.email).exists():
        return "unchanged"
    made = create_officer(
        email=entry.email, full_name=entry.full_name, title=entry.title, phone=entry.phone,
        password_hash=doing.password_hash, actor=doing.actor, now=doing.now,
    )
    if not entry.roles:
        User.objects.filter(pk=made.user.pk).update(is_officer=False)
    if made.first_password:
        doing.report.first_passwords[made.user.email] = made.first_password
    return "created"


def put_role(doing: Applying, where: Where, user: User, entry: Role) -> None:
    first = doing.day(entry.from_)
    unit = unit_on(entry.unit, first)
    if unit is None:
        doing.missing((*where, "unit"), entry.unit, list(OrgUnit.objects.codes_in_force(first)))
        return
    if RoleHeld.objects.filter(user=user, role=entry.role, unit__code=unit.code, valid_from=first).exists():
        doing.report.note("roles", "unchanged")
        return
    def act() -> str:
        grant_role(
            user=user, role=entry.role, unit=unit, valid_from=first, valid_to=entry.to, actor=doing.actor, now=doing.now
        )
        return "created"

    doing.attempt(where, "roles", act)


def apply_mandates(doing: Applying) -> None:
    for at, entry in enumerate(doing.says.mandates):
        where: Where = ("mandates", at)
        both = [User.objects.filter(email=address).first() for address in (entry.grantor, entry.grantee)]
        for name, user in zip(("grantor", "grantee"), both, strict=True):
            if user is None:
                doing.missing((*where, name), getattr(entry, name), [p.email for p in doing.says.people])
        grantor, grantee = both
        if grantor is not None and grantee is not None:
            doing.attempt(where, "mandates", partial(put_mandate, doing, entry, grantor, grantee))


def put_mandate(doing: Applying, entry: MandateEntry, grantor: User, grantee: User) -> str:
    if Mandate.objects.filter(document_no=entry.document_no, grantor=grantor, grantee=grantee).exists():
        return "unchanged"
    give_mandate(
        grantor=grantor, grantee=grantee, role=entry.role, form=entry.form, document_no=entry.document_no,
        document_date=entry.document_date, valid_from=doing.day(entry.from_), valid_to=entry.to,
        procedures=entry.procedures, acts=entry.acts, actor=doing.actor, now=doing.now,
    )
    return "created"


def apply_organisations(doing: Applying) -> None:
    for at, entry in enumerate(doing.says.organisations):
        first = doing.day(entry.from_)
        values = {"kind": entry.kind, "valid_from": first, "valid_to": entry.to, "name": entry.name}
        more = {"name_en": entry.name_en, "tax_code": entry.tax_code, "address": entry.address}
        found, made = Organisation.objects.get_or_create(code=entry.code, defaults=values | more)
        doing.report.note("organisations", "created" if made else "unchanged")
        put_members(doing, ("organisations", at), found, entry)


def put_members(doing: Applying, where: Where, organisation: Organisation, entry: OrganisationEntry) -> None:
    for n, member in enumerate(entry.members):
        user = User.objects.filter(email=member.email).first()
        if user is None:
            doing.missing((*where, "members", n, "email"), member.email, [p.email for p in doing.says.people])
            continue
        first = {"manager": member.manager, "valid_from": organisation.valid_from}
        _, made = Membership.objects.get_or_create(organisation=organisation, user=user, defaults=first)
        doing.report.note("members", "created" if made else "unchanged")


def apply_rows(doing: Applying) -> None:
    for table, key, row in rows_of(doing.says):
        doing.report.note(f"tables.{table}", put_file_row(doing, table, key, row))
    for at, code in unit_references(doing.says):
        if unit_on(code, doing.says.from_) is None:
            doing.missing(at, code, list(OrgUnit.objects.codes_in_force(doing.says.from_)))


def rows_of(says: OfficeFile) -> Iterator[tuple[str, str, Row]]:
    for table, rows in says.tables.items():
        yield from ((table, key, row) for key, row in rows.items())


def unit_references(says: OfficeFile) -> Iterator[tuple[Where, str]]:
    """Yield where the office row names a unit."""
    row = says.tables.get("office", {}).get("office", {})
    where: Where = ("tables", "office", "office")
    yield from (((*where, "units", name), code) for name, code in row.get("units", {}).items())


def put_file_row(doing: Applying, table: str, key: str, row: Row) -> str:
    """Write one dated row: new, changed (next revision), or the successor of an earlier one, which ends before it."""
    return put_row(
        table=table,
        key=key,
        columns=columns_of(row),
        valid_from=dt.date.fromisoformat(row["from"]) if "from" in row else doing.says.from_,
        valid_to=dt.date.fromisoformat(row["to"]) if "to" in row else None,
        src=row.get("src", doing.says.src),
        confirmed=row.get("confirmed", doing.says.confirmed),
        actor=doing.actor,
        now=doing.now,
    )
