"""Data into a .docx: plain values in, the same bytes out on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import UndefinedError
from lxml import etree

from documents.errors import NotPrintable
from documents.package import Packed, hash_of, pack, packed
from documents.qr import picture
from documents.templates import Compiled
from documents.text import clean

MARK = "mark"
QR = "qr_code"

_headers: dict[tuple[str, str, str], Packed] = {}


@dataclass(frozen=True, slots=True)
class Rendered:
    """The bytes of a paper, their SHA-256 and the content hash (documents.package)."""

    body: bytes
    sha256: str
    content_hash: str


def render(compiled: Compiled, context: Mapping[str, Any]) -> bytes:
    """Return the .docx of a context of plain values. Raises NotPrintable."""
    return produce(compiled, context).body


def produce(compiled: Compiled, context: Mapping[str, Any]) -> Rendered:
    """Return the .docx with its hashes. Raises NotPrintable for a value that is absent or cannot stand on paper."""
    values = clean(context)
    made = {name: _part(compiled, name, values) for name in compiled.parts}
    if compiled.picture and values.get(QR):
        made[compiled.picture] = _picture(compiled.picture, values[QR])
    members = [made.get(name) or compiled.constant[name] for name in compiled.order]
    body = pack(members)
    return Rendered(body, hashlib.sha256(body).hexdigest(), hash_of(members))


def _part(compiled: Compiled, name: str, values: Mapping[str, Any]) -> Packed:
    """Headers know only the mark, so there are few of them: each is made once per template and mark."""
    if name == "word/document.xml":
        return _made(compiled, name, values)
    key = (compiled.sha256, name, str(values.get(MARK, "")))
    if key not in _headers:
        _headers[key] = _made(compiled, name, values)
    return _headers[key]


def _made(compiled: Compiled, name: str, values: Mapping[str, Any]) -> Packed:
    try:
        source = compiled.parts[name].render(values)
    except UndefinedError as fault:
        raise NotPrintable(_named(fault), "không có giá trị", "has no value") from fault
    except TypeError as fault:
        raise NotPrintable(name, "có giá trị không in được", str(fault)) from fault
    data = source.encode()
    try:
        # Without this gate a control character or a torn tag would make a file that Word refuses to open.
        # The default parser will do: no template has a DOCTYPE and every value is escaped.
        etree.fromstring(data)
    except etree.XMLSyntaxError as fault:
        raise NotPrintable(name, "tạo ra tệp hỏng", f"makes a broken file: {fault.msg}") from fault
    return packed(name, data)


@lru_cache(maxsize=256)
def _picture(name: str, text: str) -> Packed:
    return packed(name, picture(text))


def _named(fault: UndefinedError) -> str:
    """Return the name in Jinja's message: 'x' is undefined."""
    message = fault.message or ""
    return message.split("'")[1] if message.count("'") >= 2 else message
