from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Thông báo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Stand at the doors of the floor below: notices, mails, service of a notice, the panel of a case."""
        from cases.effects import delivers, keeps_house  # noqa: PLC0415  # models are not ready before
        from cases.panels import register_panel  # noqa: PLC0415
        from notifications.digest import call_digests, send_digest, share_out  # noqa: PLC0415
        from notifications.handlers import bury_mail, send_mail, serve, tell  # noqa: PLC0415
        from notifications.queries import panel_context  # noqa: PLC0415

        delivers("notice", together=True)(tell)
        delivers("mail", buried=bury_mail)(send_mail)
        delivers("service")(serve)
        delivers("digests", together=True)(share_out)
        delivers("digest")(send_digest)
        keeps_house("digests", call_digests)
        register_panel(
            code="notifications", title="Tin đã gửi", template="notifications/panel.html", context_for=panel_context
        )
