"""Administrative acts on people: keyword-only, one act each, in one transaction, with its event."""
from __future__ import annotations

from accounts.services.organisations import (
    accept_invitation,
    add_member,
    end_member,
    invitation_for,
    invite_member,
    register_organisation,
    take_back_invitation,
)
from accounts.services.people import (
    NewOfficer,
    change_profile,
    choose_language,
    create_officer,
    disable_user,
    enable_user,
    own_password_set,
    renew_first_password,
)
from accounts.services.roles import (
    end_absence,
    end_role,
    give_mandate,
    grant_role,
    record_absence,
    revoke_mandate,
)
from accounts.services.together import take_mandate, take_officer, take_organisation
from accounts.services.units import close_unit, open_unit, rename_unit

__all__ = [
    "NewOfficer",
    "accept_invitation",
    "add_member",
    "change_profile",
    "choose_language",
    "close_unit",
    "create_officer",
    "disable_user",
    "enable_user",
    "end_absence",
    "end_member",
    "end_role",
    "give_mandate",
    "grant_role",
    "invitation_for",
    "invite_member",
    "open_unit",
    "own_password_set",
    "record_absence",
    "register_organisation",
    "rename_unit",
    "renew_first_password",
    "revoke_mandate",
    "take_back_invitation",
    "take_mandate",
    "take_officer",
    "take_organisation",
]
