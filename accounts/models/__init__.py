"""People: users, organisations, units, roles held, mandates and absences."""
from __future__ import annotations

from accounts.models.events import AccountEvent, EventIsFinal
from accounts.models.mandates import Mandate
from accounts.models.organisations import Invitation, Membership, Organisation
from accounts.models.people import User, UserManager
from accounts.models.roles import Absence, RoleHeld
from accounts.models.units import OrgUnit, unit_on, unit_path

__all__ = [
    "Absence",
    "AccountEvent",
    "EventIsFinal",
    "Invitation",
    "Mandate",
    "Membership",
    "OrgUnit",
    "Organisation",
    "RoleHeld",
    "User",
    "UserManager",
    "unit_on",
    "unit_path",
]
