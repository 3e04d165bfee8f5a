"""The administrator's acts on a person or a unit: one form page each, told apart by the last word of the address."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts import services
from accounts.forms import office
from accounts.forms.fields import ActForm, LastDayForm
from accounts.models import User


@dataclass(frozen=True, slots=True)
class Act:
    """What the page says, what it asks, and which service it calls with which argument."""

    vi: str
    en: str
    service: Callable[..., Any]
    argument: str
    form: type[ActForm] = ActForm
    rows: Callable[[User], QuerySet[Any]] | None = None  # the person's rows among which the address names one
    danger: bool = False


ACTS: Mapping[str, Act] = {
    "grant-role": Act("Giao vai trò", "Grant a role", services.grant_role, "user", office.GrantRoleForm),
    "end-role": Act(
        "Kết thúc vai trò", "End the role", services.end_role, "held", LastDayForm, lambda p: p.roles.all(), danger=True
    ),
    "give-mandate": Act("Ghi nhận ủy quyền", "Record a mandate", services.give_mandate, "grantor", office.MandateForm),
    "revoke-mandate": Act(
        "Thu hồi ủy quyền", "Revoke the mandate", services.revoke_mandate, "mandate", office.FromDayForm,
        lambda p: p.mandates_given.all(), danger=True,
    ),
    "record-absence": Act("Ghi vắng mặt", "Record an absence", services.record_absence, "user", office.AbsenceForm),
    "end-absence": Act(
        "Đã đi làm lại", "Back at work", services.end_absence, "absence", LastDayForm, lambda p: p.absences.all()
    ),
    "renew-password": Act(
        "Cấp lại mật khẩu lần đầu", "Give a new first password", services.renew_first_password, "user"
    ),
    "disable": Act("Khóa tài khoản", "Disable the account", services.disable_user, "user", danger=True),
    "enable": Act("Mở lại tài khoản", "Enable the account", services.enable_user, "user"),
}

UNIT_ACTS: Mapping[str, Act] = {
    "rename": Act("Đổi tên đơn vị", "Rename the unit", services.rename_unit, "unit", office.RenameUnitForm),
    "close": Act("Đóng đơn vị", "Close the unit", services.close_unit, "unit", office.CloseUnitForm, danger=True),
}


def act_called(name: str, acts: Mapping[str, Act]) -> Act:
    """Return the act of that name. Raises Http404."""
    if name not in acts:
        raise Http404
    return acts[name]


def thing_of(act: Act, person: User, row_id: int | None) -> Model:
    """Return what the act is done to: the person, or one of the person's rows. Raises Http404."""
    if act.rows is None and row_id is None:
        return person
    if act.rows is None or row_id is None:
        raise Http404
    found: Model = get_object_or_404(act.rows(person), pk=row_id)
    return found
