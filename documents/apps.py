from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Văn bản"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Stand at the doors of the floor below: papers of steps, papers voided at the end, the panel
        of a case, its documents as proof."""
        # models are not ready before
        from cases.effects import compiles_templates, delivers, makes_papers, reads_papers  # noqa: PLC0415
        from cases.evidence import contributes  # noqa: PLC0415
        from cases.panels import register_panel  # noqa: PLC0415
        from documents.evidence import pieces  # noqa: PLC0415
        from documents.handlers import make_papers, preview, void_papers  # noqa: PLC0415
        from documents.panel import panel_context  # noqa: PLC0415
        from documents.paying import payment_context  # noqa: PLC0415
        from documents.preview import as_html  # noqa: PLC0415
        from documents.queries import address_of  # noqa: PLC0415
        from documents.sources import templates_of  # noqa: PLC0415

        makes_papers(make_papers, preview)
        compiles_templates(templates_of)
        reads_papers(as_html, address_of)
        delivers("void_papers", together=True)(void_papers)
        contributes("documents", pieces)
        register_panel(code="documents", title="Văn bản", template="documents/panel.html", context_for=panel_context)
        register_panel(
            code="payment", title="Nộp phí", template="documents/payment.html", context_for=payment_context,
            place="next",
        )  # fmt: skip
