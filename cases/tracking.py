"""Following a case without an account: its address as text and as a picture."""
from __future__ import annotations

import io
from urllib.parse import quote

import segno
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from cases.models import Case


def tracking_path(case: Case) -> str:
    """Return the path on which the case is followed: the code alone, the page asks for a second thing."""
    return f"{reverse('track')}?code={quote(case.code)}"


def tracking_picture(address: str) -> SafeString:
    """Return the QR code of an address of ours as an inline drawing."""
    return drawn_code(address)


def drawn_code(text: str) -> SafeString:
    """Return the QR code of a text as an inline drawing, without styles of its own."""
    made = io.BytesIO()
    segno.make_qr(text, error="m").save(made, kind="svg", scale=4, border=2, xmldecl=False, svgns=True, light="#fff")
    return mark_safe(made.getvalue().decode())  # noqa: S308  # drawn by us, the text is in its dots alone
