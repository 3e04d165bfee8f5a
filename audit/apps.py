from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Kiểm tra"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Stand at the door of proof with the files of the cases."""
        from audit.files import pieces  # noqa: PLC0415  # models are not ready before
        from cases.evidence import contributes  # noqa: PLC0415

        contributes("attachments", pieces)
