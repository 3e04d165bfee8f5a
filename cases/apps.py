from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from cases.protection import protect_after_migration


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Hồ sơ"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Not one of our signals: Django's only hook after a migration, and a remade SQLite table has lost its triggers.
        post_migrate.connect(protect_after_migration, sender=self)
