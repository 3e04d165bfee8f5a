"""Acts on many people out of a list: every row as the single act would take it, all of them or none."""
from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from django.db import transaction

from accounts.errors import PeopleRefused, refuse_if
from accounts.models import Mandate, Organisation, OrgUnit, User
from accounts.services.checks import administrators_only
from accounts.services.organisations import register_organisation
from accounts.services.people import NewOfficer, create_officer
from accounts.services.roles import give_mandate, grant_role
from workflows.errors import Reason

Made = TypeVar("Made")
Row = Mapping[str, Any]  # by column: text, day, list of codes; what is blank is absent
Rows = Sequence[Row]
NOT_YET = "!"  # a look opens no account: nobody needs a password, and hashing hundreds takes long


@dataclass(frozen=True, slots=True)
class Act(Generic[Made]):
    """One row to be taken: by whom, when; `looks`: nothing of it will stay."""

    actor: User
    now: dt.datetime
    looks: bool


Take = Callable[[Row, Act[Made]], Made]


def judged(take: Take[Made], rows: Rows, *, actor: User, now: dt.datetime) -> list[Reason]:
    """Return what taking the rows would be refused for (path `rows[2].email`); nothing is taken."""
    with transaction.atomic():
        _, reasons = _each(take, rows, Act(actor, now, looks=True))
        transaction.set_rollback(True)
    return reasons


@transaction.atomic
def taken(take: Take[Made], rows: Rows, *, actor: User, now: dt.datetime) -> list[Made]:
    """Take every row, or none. Raises PeopleRefused with every reason (path `rows[2].email`)."""
    made, reasons = _each(take, rows, Act(actor, now, looks=False))
    refuse_if(reasons)
    return made


def _each(take: Take[Made], rows: Rows, act: Act[Made]) -> tuple[list[Made], list[Reason]]:
    administrators_only(act.actor, act.now)
    made: list[Made] = []
    reasons: list[Reason] = []
    for number, row in enumerate(rows):
        try:
            with transaction.atomic():
                made.append(take(row, act))
        except PeopleRefused as refused:
            reasons += [replace(r, path=f"rows[{number}].{r.path}") for r in refused.reasons]
    return made, reasons


def take_officer(row: Row, act: Act[NewOfficer | None]) -> NewOfficer | None:
    """Open the account of a row unless there is one, and grant its role; return the account that was opened."""
    by: dict[str, Any] = {"actor": act.actor, "now": act.now}
    user = User.objects.filter(email__iexact=row["email"]).first()
    new = None
    if user is None:
        named = {name: row.get(name, "") for name in ("email", "full_name", "title", "phone")}
        new = create_officer(**named, password_hash=NOT_YET if act.looks else "", **by)
        user = new.user
    refuse_if([_other_name(user, row["full_name"])])
    grant_role(
        user=user, role=row["role"], unit=unit_called(row["unit"], row["valid_from"]), valid_from=row["valid_from"],
        valid_to=row.get("valid_to"), **by,
    )
    return new


def _other_name(user: User, name: str) -> Reason | None:
    if user.full_name.casefold() == " ".join(name.split()).casefold():
        return None
    vi = f"Địa chỉ này là tài khoản của {user.full_name}."
    return Reason("email_taken", vi, f"This address is the account of {user.full_name}.", "email")


def unit_called(code: str, day: dt.date) -> OrgUnit:
    """Return the unit that bears a code on a day. Raises PeopleRefused."""
    unit: OrgUnit | None = OrgUnit.objects.of_code(code, day).first()
    if unit is None:
        vi, en = f"Đơn vị không hoạt động ngày {day:%d/%m/%Y}.", f"The unit does not exist on {day:%d/%m/%Y}."
        raise PeopleRefused([Reason("unit_closed", vi, en, "unit")])
    return unit


def take_organisation(row: Row, act: Act[Organisation]) -> Organisation:
    """Register the organisation of a row, managed by whoever has the account of the address."""
    manager = User.objects.filter(email__iexact=row["manager"], is_active=True).first()
    if manager is None:
        vi, en = "Không có tài khoản đang dùng với địa chỉ này.", "No account in use has this address."
        raise PeopleRefused([Reason("no_such_person", vi, en, "manager")])
    refuse_if([_registered(row.get("tax_code", ""), row["name"])])
    named = {name: row.get(name, "") for name in ("name", "name_en", "tax_code", "address")}
    return register_organisation(**named, manager=manager, actor=act.actor, now=act.now)


def _registered(tax_code: str, name: str) -> Reason | None:
    """An organisation is known by its code; where there is none, by its name."""
    known = {"tax_code": tax_code} if tax_code else {"name__iexact": name}
    found = Organisation.objects.filter(valid_to=None, **known).first()
    if found is None:
        return None
    vi, en = f"Đã đăng ký: {found.name} ({found.code}).", f"It is registered: {found.name} ({found.code})."
    return Reason("organisation_exists", vi, en, "tax_code" if tax_code else "name")


def take_mandate(row: Row, act: Act[Mandate]) -> Mandate:
    """Record the mandate of a row; `grantor` and `grantee` are ids of people."""
    rest = {name: value for name, value in row.items() if name not in ("grantor", "grantee")}
    grantor, grantee = (User.objects.get(pk=row[name]) for name in ("grantor", "grantee"))
    return give_mandate(grantor=grantor, grantee=grantee, **rest, actor=act.actor, now=act.now)
