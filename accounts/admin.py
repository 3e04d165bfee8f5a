from __future__ import annotations

from django.contrib import admin

from accounts.models import (
    Absence,
    AccountEvent,
    Invitation,
    Mandate,
    Membership,
    Organisation,
    OrgUnit,
    RoleHeld,
    User,
)
from accounts.raw_tables import ReadOnlyTable


@admin.register(User)
class UserTable(ReadOnlyTable):
    list_display = ("full_name", "email", "title", "is_officer", "is_active", "last_login")
    list_filter = ("is_officer", "is_active")
    search_fields = ("full_name", "email")
    exclude = ("password", "groups", "user_permissions")


@admin.register(OrgUnit)
class UnitTable(ReadOnlyTable):
    list_display = ("code", "name", "symbol", "kind", "parent", "valid_from", "valid_to")
    list_filter = ("kind",)
    search_fields = ("code", "name", "symbol")


@admin.register(RoleHeld)
class RoleTable(ReadOnlyTable):
    list_display = ("user", "role", "unit", "valid_from", "valid_to")
    list_filter = ("role",)
    search_fields = ("user__full_name",)


@admin.register(Mandate)
class MandateTable(ReadOnlyTable):
    list_display = ("document_no", "grantor", "grantee", "role", "form", "valid_from", "valid_to", "revoked_on")
    search_fields = ("document_no", "grantor__full_name", "grantee__full_name")


@admin.register(Absence)
class AbsenceTable(ReadOnlyTable):
    list_display = ("user", "substitute", "valid_from", "valid_to")


@admin.register(Organisation)
class OrganisationTable(ReadOnlyTable):
    list_display = ("code", "name", "tax_code", "valid_from", "valid_to")
    search_fields = ("code", "name", "tax_code")


@admin.register(Membership)
class MembershipTable(ReadOnlyTable):
    list_display = ("organisation", "user", "manager", "valid_from", "valid_to")


@admin.register(Invitation)
class InvitationTable(ReadOnlyTable):
    list_display = ("organisation", "invited_by", "invited_at", "expires_at", "accepted_at", "replaced_at")
    exclude = ("token_sha256",)


@admin.register(AccountEvent)
class EventTable(ReadOnlyTable):
    list_display = ("at", "what", "who", "whom", "details")
    list_filter = ("what",)
    date_hierarchy = "at"
