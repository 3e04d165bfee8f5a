"""Raw tables of the case floor, looked at by administrators. What people wrote is not shown here; events never are."""
from __future__ import annotations

from django.contrib import admin

from accounts.raw_tables import ReadOnlyTable
from cases.models import CalendarDay, Case, LinkedCase, OutboxEntry, Part, Published, TableRow, Task


@admin.register(Case)
class CaseTable(ReadOnlyTable):
    list_display = ("submission_code", "case_code", "procedure", "state", "clock", "due_on", "closed", "version")
    list_filter = ("procedure", "closed", "clock")
    search_fields = ("=case_code", "=submission_code")
    exclude = ("dossier", "attributes", "proposal", "trail", "title", "applicant_name")


@admin.register(Part)
class PartTable(ReadOnlyTable):
    list_display = ("case", "key", "attempt", "state", "due_on", "closed", "ended", "version")
    list_filter = ("kind",)
    search_fields = ("=case__case_code", "=case__submission_code")
    exclude = ("fields", "proposal")


@admin.register(Task)
class TaskTable(ReadOnlyTable):
    list_display = ("case", "state", "role", "unit_code", "assignee", "urgent", "opened_at", "due_at", "done_at")
    list_filter = ("role",)
    search_fields = ("=case__case_code", "=case__submission_code")


@admin.register(OutboxEntry)
class OutboxTable(ReadOnlyTable):
    list_display = ("key", "kind", "due", "attempts", "last_error", "done_at", "dead_at")
    list_filter = ("kind",)
    search_fields = ("key",)


@admin.register(Published)
class PublishedTable(ReadOnlyTable):
    list_display = ("procedure", "folder", "version", "hash", "effective_from", "effective_to", "published_at")
    list_filter = ("procedure",)
    exclude = ("body",)


@admin.register(LinkedCase)
class LinkTable(ReadOnlyTable):
    list_display = ("kind", "case", "procedure", "created_at")
    list_filter = ("kind",)
    exclude = ("carries",)


@admin.register(CalendarDay)
class CalendarTable(ReadOnlyTable):
    list_display = ("date", "kind", "status", "name", "source_document", "decided_on", "revision")
    list_filter = ("kind", "status")
    date_hierarchy = "date"


@admin.register(TableRow)
class RowTable(ReadOnlyTable):
    list_display = ("table", "key", "valid_from", "valid_to", "src", "confirmed", "revision", "changed_at")
    list_filter = ("table",)
    search_fields = ("key",)
