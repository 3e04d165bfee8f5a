"""Errors of the people floor, grouped by what the caller does next."""
from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language

from workflows.errors import Reason


class PeopleRefused(Exception):
    """The act is not possible; tell the person every reason (422, exit 3). `path` names the field of a reason."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(r.vi for r in reasons))
        self.reasons = tuple(reasons)


class NotForYou(Exception):
    """The page or act is not for this person; as if it did not exist (404, exit 5)."""


def sentence(reason: Reason) -> str:
    """Return the reason in the language of the page."""
    return reason.en if (get_language() or "vi").startswith("en") else reason.vi


def refuse_if(reasons: Sequence[Reason | None]) -> None:
    """Raise PeopleRefused with every reason that is there."""
    found = [r for r in reasons if r is not None]
    if found:
        raise PeopleRefused(found)
