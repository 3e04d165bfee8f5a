"""Raw tables for administrators: Django's own admin, entered by the role, read-only.

Whatever is changed goes through a service, with its event; here rows are looked at.
"""
from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.access import administers


class TablesSite(admin.AdminSite):
    """The admin site: its door is the role `administrator`, held today, not a flag of the account."""

    site_header = site_title = _("Bảng dữ liệu")
    index_title = _("Chỉ xem; mọi thay đổi làm ở các trang quản trị")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take tables that are only looked at; those that other apps bring for editing have no place here."""
        if admin_class is not None and issubclass(admin_class, ReadOnlyTable):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the one sign-in page; to others the site does not exist."""
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.get_full_path())


class ReadOnlyTable(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows that are looked at, never touched."""

    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
