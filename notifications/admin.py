from __future__ import annotations

from django.contrib import admin

from accounts.raw_tables import ReadOnlyTable
from notifications.models import Message


@admin.register(Message)
class MessageTable(ReadOnlyTable):
    list_display = ("created_at", "notice", "channel", "role", "status", "attempts", "last_error")
    list_filter = ("status", "channel", "notice")
    exclude = ("body",)
