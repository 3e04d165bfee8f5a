from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from cases.protection import protect_after_migration


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Hồ sơ"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep events final, and carry out what the floor itself promises: timers, links, moved days."""
        from cases.effects import delivers  # noqa: PLC0415  # models are not ready before
        from cases.services.followers import FOLLOW  # noqa: PLC0415
        from cases.services.following import follow  # noqa: PLC0415
        from cases.services.linked_events import LINKED_EVENT, tell_linked  # noqa: PLC0415
        from cases.services.links import open_linked  # noqa: PLC0415
        from cases.services.manual_links import link_named  # noqa: PLC0415
        from cases.services.recompute import recompute_case  # noqa: PLC0415
        from cases.services.timer_delivery import fire_timer  # noqa: PLC0415

        delivers("timer")(fire_timer)
        delivers("link")(open_linked)
        delivers(LINKED_EVENT)(tell_linked)
        delivers("named_links", together=True)(link_named)
        delivers("recompute")(recompute_case)
        delivers(FOLLOW)(follow)
        # Not one of our signals: Django's only hook after a migration, and a remade SQLite table has lost its triggers.
        post_migrate.connect(protect_after_migration, sender=self)
