"""The door for pages: a room above adds a panel to the page of a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from cases.models import Case

ContextFor = Callable[[Case, User], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A block of the case page: its template is rendered with what `context_for(case, viewer)` returns."""

    code: str
    title: str
    template: str
    context_for: ContextFor
    place: str = "page"  # or `next`: in what the applicant has to do next


_panels: dict[str, Panel] = {}


def register_panel(*, code: str, title: str, template: str, context_for: ContextFor, place: str = "page") -> None:
    """Add a panel, from the AppConfig.ready of a room; a second one of the same code is an error."""
    known = _panels.get(code)
    if known is not None and known.context_for is not context_for:
        raise ValueError(f"two panels {code}")
    _panels[code] = Panel(code, title, template, context_for, place)


def panels(place: str = "page") -> tuple[Panel, ...]:
    """Return the panels of a place in the order of their codes; whether one is shown is for its template to say."""
    return tuple(_panels[code] for code in sorted(_panels) if _panels[code].place == place)
