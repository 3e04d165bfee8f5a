"""Questions that several acts ask first; each answers with a reason or None."""
from __future__ import annotations

import datetime as dt
import unicodedata

from accounts.clock import local_day
from accounts.errors import NotForYou
from accounts.models import AccountEvent, Organisation, OrgUnit, RoleHeld, User
from accounts.roles import holds_role
from workflows.errors import Reason

ADMINISTRATOR = "administrator"
AUDITOR = "auditor"


def administrators_only(actor: User | None, now: dt.datetime) -> None:
    """Raise NotForYou unless the actor administers today; None is the system (commands)."""
    if actor is not None and not holds_role(actor, ADMINISTRATOR, local_day(now)):
        raise NotForYou


def record(*, who: User | None, what: str, whom: User | None, now: dt.datetime, **details: object) -> AccountEvent:
    """Append the event of an administrative act; details are codes, days and ids, never personal values."""
    plain = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in details.items()}
    return AccountEvent.objects.create(who=who, what=what, whom=whom, details=plain, at=now)


def clean_text(text: str) -> str:
    """Return the text in NFC with single blanks: the edge at which names enter."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def required(path: str, text: str) -> Reason | None:
    if text:
        return None
    return Reason("required", "Bạn chưa nhập mục này.", "This is missing.", path)


def period_fault(first: dt.date, last: dt.date | None, path: str = "valid_to") -> Reason | None:
    if last is None or last >= first:
        return None
    vi = f"Ngày kết thúc {last:%d/%m/%Y} ở trước ngày bắt đầu {first:%d/%m/%Y}."
    en = f"The last day {last:%d/%m/%Y} is before the first day {first:%d/%m/%Y}."
    return Reason("period_reversed", vi, en, path)


def back_dated(last: dt.date, now: dt.datetime, path: str) -> Reason | None:
    """Rights may end with yesterday (at once), never earlier: what was done since then was lawful."""
    if last >= local_day(now) - dt.timedelta(days=1):
        return None
    vi = "Ngày cuối không được trước hôm qua: việc đã làm không thể mất căn cứ về sau."
    en = "The last day cannot be earlier than yesterday: what was done since was lawful."
    return Reason("back_dated", vi, en, path)


def already_ended(valid_to: dt.date | None, now: dt.datetime) -> Reason | None:
    if valid_to is None or valid_to >= local_day(now):
        return None
    return Reason("already_ended", f"Đã kết thúc ngày {valid_to:%d/%m/%Y}.", f"It ended on {valid_to:%d/%m/%Y}.")


def unit_closed(unit: OrgUnit, day: dt.date) -> Reason | None:
    if OrgUnit.objects.of_code(unit.code, day).exists():
        return None
    vi, en = f"Đơn vị không hoạt động ngày {day:%d/%m/%Y}.", f"The unit does not exist on {day:%d/%m/%Y}."
    return Reason("unit_closed", vi, en, "unit")


def last_administrator(user: User, after: dt.date) -> Reason | None:
    """Somebody else must be able to administer from the day after."""
    others = RoleHeld.objects.with_role(ADMINISTRATOR, after + dt.timedelta(days=1)).exclude(user=user)
    if others.exists() or not RoleHeld.objects.with_role(ADMINISTRATOR, after).filter(user=user).exists():
        return None
    vi, en = "Phải còn ít nhất một quản trị viên.", "At least one administrator must remain."
    return Reason("last_administrator", vi, en)


def last_manager(organisation: Organisation, user: User, after: dt.date) -> Reason | None:
    """Somebody else must be able to manage the organisation's members from the day after."""
    present = organisation.memberships.in_force(after + dt.timedelta(days=1))
    if present.filter(manager=True, user__is_active=True).exclude(user=user).exists():
        return None
    vi = "Tổ chức phải còn ít nhất một người quản lý thành viên; hãy chỉ định người khác trước."
    en = "The organisation needs somebody who manages its members; name another person first."
    return Reason("last_manager", vi, en)
