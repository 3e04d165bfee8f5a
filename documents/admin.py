from __future__ import annotations

from django.contrib import admin

from accounts.raw_tables import ReadOnlyTable
from documents.models import Document, Register, RegisterEntry


@admin.register(Document)
class DocumentTable(ReadOnlyTable):
    list_display = ("case", "paper", "status", "number_text", "issued_on", "sha256", "created_at")
    list_filter = ("status", "paper")
    search_fields = ("=number_text", "=case__case_code")
    exclude = ("context", "blob", "scan", "verify_code")


@admin.register(Register)
class RegisterTable(ReadOnlyTable):
    list_display = ("series", "type_code", "year", "last")
    list_filter = ("year", "series")


@admin.register(RegisterEntry)
class RegisterEntryTable(ReadOnlyTable):
    list_display = ("register", "number", "reason", "taken_on", "taken_by")
