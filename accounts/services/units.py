"""Units of the administration: opened, renamed, closed by a decision with a day; nothing is rewritten."""
from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.errors import refuse_if
from accounts.models import OrgUnit, User
from accounts.services.checks import (
    administrators_only,
    already_ended,
    back_dated,
    clean_text,
    period_fault,
    record,
    required,
    unit_closed,
)
from workflows.errors import Reason


@transaction.atomic
def open_unit(
    *,
    code: str,
    name: str,
    kind: str,
    name_en: str = "",
    symbol: str = "",
    parent: OrgUnit | None = None,
    valid_from: dt.date,
    actor: User | None,
    now: dt.datetime,
) -> OrgUnit:
    """Open a unit from a day on. Raises PeopleRefused."""
    administrators_only(actor, now)
    name = clean_text(name)
    refuse_if([required("code", code), required("name", name), code_in_use(code, valid_from)])
    if parent is not None:
        refuse_if([unit_closed(parent, valid_from)])
    words = {"name": name, "name_en": clean_text(name_en), "symbol": clean_text(symbol)}
    unit = OrgUnit.objects.create(code=code, kind=kind, parent=parent, valid_from=valid_from, **words)
    record(who=actor, what="unit_opened", whom=None, now=now, unit=code, kind=kind, valid_from=valid_from)
    return unit


def code_in_use(code: str, day: dt.date) -> Reason | None:
    if not OrgUnit.objects.overlapping(day, None).filter(code=code).exists():
        return None
    return Reason("unit_code_in_use", "Mã đơn vị đang được dùng.", "The unit code is in use.", "code")


@transaction.atomic
def rename_unit(
    *, unit: OrgUnit, name: str, name_en: str, symbol: str, from_day: dt.date, actor: User | None, now: dt.datetime
) -> OrgUnit:
    """Give a unit another name from a day on; its people keep their roles, papers keep the name printed.

    Returns the new row of the same code. Raises PeopleRefused.
    """
    administrators_only(actor, now)
    unit = OrgUnit.objects.select_for_update().get(pk=unit.pk)
    name = clean_text(name)
    refuse_if([required("name", name), already_ended(unit.valid_to, now), too_early(unit, from_day)])
    end_row(unit, from_day - dt.timedelta(days=1))
    words = {"name": name, "name_en": clean_text(name_en), "symbol": clean_text(symbol)}
    renamed = OrgUnit.objects.create(
        code=unit.code, kind=unit.kind, parent=unit.parent, valid_from=from_day, valid_to=None, **words
    )
    OrgUnit.objects.filter(pk=unit.pk).update(successor=renamed)
    OrgUnit.objects.filter(parent=unit, valid_to=None).update(parent=renamed)
    record(who=actor, what="unit_renamed", whom=None, now=now, unit=unit.code, valid_from=from_day)
    return renamed


def too_early(unit: OrgUnit, from_day: dt.date) -> Reason | None:
    """A name is never rewritten: the new one begins after the present one did."""
    if from_day > unit.valid_from:
        return None
    vi = f"Tên mới phải có hiệu lực sau ngày {unit.valid_from:%d/%m/%Y}, ngày tên hiện tại bắt đầu."
    en = f"The new name must begin after {unit.valid_from:%d/%m/%Y}, when the present one began."
    return Reason("rename_too_early", vi, en, "from_day")


def end_row(unit: OrgUnit, last_day: dt.date) -> None:
    unit.valid_to = last_day
    unit.save(update_fields=["valid_to"])


@transaction.atomic
def close_unit(
    *, unit: OrgUnit, last_day: dt.date, successor: OrgUnit | None, actor: User | None, now: dt.datetime
) -> OrgUnit:
    """Close a unit: its people lose the roles held there; its open cases wait for their recorded hand-over."""
    administrators_only(actor, now)
    unit = OrgUnit.objects.select_for_update().get(pk=unit.pk)
    faults = [already_ended(unit.valid_to, now), back_dated(last_day, now, "last_day")]
    reversed_ = period_fault(unit.valid_from, last_day, "last_day")
    refuse_if([*faults, reversed_, unfit_successor(unit, successor, last_day)])
    unit.successor = successor
    unit.valid_to = last_day
    unit.save(update_fields=["successor", "valid_to"])
    heir = successor.code if successor else None
    record(who=actor, what="unit_closed", whom=None, now=now, unit=unit.code, valid_to=last_day, successor=heir)
    return unit


def unfit_successor(unit: OrgUnit, successor: OrgUnit | None, last_day: dt.date) -> Reason | None:
    if successor is None:
        return None
    if successor.code == unit.code:
        vi, en = "Đơn vị không thể kế thừa chính mình.", "A unit cannot succeed itself."
        return Reason("unit_succeeds_itself", vi, en, "successor")
    return unit_closed(successor, last_day + dt.timedelta(days=1))
