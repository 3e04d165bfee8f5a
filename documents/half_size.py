"""A form on half the sheet: the page size of the one-stop forms is dated configuration of the office, not of a folder.

Publication pins the A4 template; where the office prints A5 the same template is made smaller when it is compiled.
"""

from __future__ import annotations

import re

from documents.layout_page import A4, A5, FORM_MARGINS
from documents.metrics import TWIPS_PER_MM
from documents.package import repacked, unpack

MARGINS = (12, 12, 15, 12)  # top, bottom, left, right in mm
SHARE = (A5[0] - MARGINS[2] - MARGINS[3]) / (A4[0] - FORM_MARGINS[2] - FORM_MARGINS[3])
POINTS = 0.78
SMALLEST = 16  # half points
_WIDTH = re.compile(r'(<w:(?:tblW|tcW|gridCol)\b[^>]*?w:w=")(\d+)(")')
_ROOM = re.compile(r"((?:balanced|rule_indent)\()(\d+), (\d+(?:\.\d+)?)(?=,)")
_RULE = re.compile(r'(<w:ind w:left=")(\d+)(" w:right=")(\d+)(")')
_SIZE = re.compile(r'(<w:szC?s? w:val=")(\d+)(")')


def halved(template: bytes) -> bytes:
    """Return the template of a form on A5; one in landscape is left as it is."""
    members = unpack(template)
    body = members["word/document.xml"].decode()
    if 'w:orient="landscape"' in body:
        return template
    body = re.sub(r"<w:pgSz[^>]*/>", f'<w:pgSz w:w="{_twips(A5[0])}" w:h="{_twips(A5[1])}"/>', body)
    for side, mm in zip(("top", "bottom", "left", "right"), MARGINS, strict=True):
        body = re.sub(rf'(<w:pgMar\b[^>]*?w:{side}=")\d+', rf"\g<1>{_twips(mm)}", body)
    body = _WIDTH.sub(lambda m: f"{m[1]}{round(int(m[2]) * SHARE)}{m[3]}", body)
    body = _ROOM.sub(lambda m: f"{m[1]}{round(int(m[2]) * SHARE)}, {float(m[3]) * POINTS:g}", body)
    body = _RULE.sub(lambda m: f"{m[1]}{round(int(m[2]) * SHARE)}{m[3]}{round(int(m[4]) * SHARE)}{m[5]}", body)
    members["word/document.xml"] = body.encode()
    styles = members["word/styles.xml"].decode()
    smaller = _SIZE.sub(lambda m: f"{m[1]}{max(SMALLEST, round(int(m[2]) * POINTS))}{m[3]}", styles)
    # The hair-thin paragraphs of drawn lines stay thin.
    members["word/styles.xml"] = re.sub(r'(styleId="KeNgang".*?<w:sz w:val=")\d+', r"\g<1>2", smaller).encode()
    return repacked(members)


def _twips(mm: float) -> int:
    return round(mm * TWIPS_PER_MM)
