"""A form as a browser would send it: everything that the page has filled in, and what somebody types over it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

TYPED = frozenset({"text", "hidden", "email", "tel", "number", "date", "search", "url"})


class _Controls(HTMLParser):
    """Collects the named controls of every form of a page with their present values."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select, self._area = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values.setdefault(self._select, []).append(given.get("value", ""))
        elif tag == "textarea":
            self._area = name
            self.values.setdefault(name, [""])
        elif tag == "input" and name and (kind in TYPED or "checked" in given):
            self.values.setdefault(name, []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] = [self.values[self._area][0] + data]

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area


def typed(page: str, **changes: Any) -> dict[str, Any]:
    """Return what the form of a page sends with changes; a change of None leaves the control out."""
    controls = _Controls()
    controls.feed(page)
    ours = {"csrfmiddlewaretoken", "language", "next", "q"}
    found: dict[str, Any] = {name: values for name, values in controls.values.items() if name not in ours}
    return {name: value for name, value in {**found, **changes}.items() if value is not None}
