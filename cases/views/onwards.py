"""Where a page leads after a POST."""
from __future__ import annotations

from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import resolve_url


class SeeOther(HttpResponseRedirect):
    """Look there, with GET (RFC 9110 §15.4.4)."""

    status_code = 303


def see_other(to: str, *args: Any) -> SeeOther:
    """Return a redirection to an address or a named page."""
    return SeeOther(resolve_url(to, *args))
