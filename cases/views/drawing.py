"""Panels of other rooms on the pages of a case."""
from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from cases.panels import panels
from cases.presentation.face import Look


def drawn_panels(request: HttpRequest, look: Look) -> list[str]:
    """Return the panels that the rooms above add, each as HTML; an empty one is left out."""
    drawn = (render_to_string(p.template, dict(p.context_for(look.case, look.viewer)), request) for p in panels())
    return [html for html in drawn if html.strip()]
