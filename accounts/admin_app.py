"""Django's admin with our door; named in INSTALLED_APPS in place of django.contrib.admin."""
from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class TablesConfig(AdminConfig):
    default_site = "accounts.raw_tables.TablesSite"
