"""The QR code of a paper as PNG bytes; the same text gives the same picture."""

from __future__ import annotations

import io

import segno


def picture(text: str) -> bytes:
    """Return the code of a text (an address of at most 200 signs) as a black and white PNG, four points a module."""
    made = io.BytesIO()
    # A fixed mask is valid and spares segno the judging of eight, most of its time.
    segno.make_qr(text, error="m", mask=2, boost_error=False).save(made, kind="png", scale=4, border=2)
    return made.getvalue()
