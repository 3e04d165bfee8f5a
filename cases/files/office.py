"""A .docx or .xlsx as a package of parts: which parts, which relationships, which fields and formulas. Deny by default.

Nothing is believed from names alone: types come from [Content_Types].xml, and parts that are no XML are known by
their first bytes. XML is streamed through expat without a document type, so no entity can be declared.
"""
from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from cases.files.faults import Unsafe
from cases.files.kinds import OLE, is_scripted
from cases.files.pixels import flooded
from cases.files.zips import opened_zip

CHUNK = 64 * 1024
MOST_XML = 64 * 1024 * 1024
MAIN = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
XML = frozenset({"xml", "rels", "vml"})
PLAIN = frozenset({"png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "emf", "wmf", "wdp", "odttf", "svg", "sigs"})
PRINTER = re.compile(r"(word|xl)/printersettings/[^/]+\.bin")
MACRO = re.compile(r"macroenabled|vbaproject|ms-office\.vba|macrosheet|vbadata")
OBJECT = re.compile(r"oleobject|activex|embeddings|/package$|\.package$|afchunk|/control$|ctrlprop|customui")
FETCHED = re.compile(r"externallink|connections|querytable|attachedtemplate|subdocument|mailmerge|recipientdata")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|\\", re.IGNORECASE)
LINK = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)  # what a hyperlink may lead to outside the file
FIELD = re.compile(r"DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE", re.IGNORECASE)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
CALL = re.compile(r"\|[^|]*!|\b(WEBSERVICE|CALL|REGISTER(\.ID)?|EXEC)\s*\(", re.IGNORECASE)
FIELD_TEXT = frozenset({"instrText", "delInstrText"})
WATCHED = frozenset({"fldChar", "fldSimple", "ddeLink", "oleLink", "imagedata"})
FORMULAS = frozenset({"f", "formula", "formula1", "formula2", "definedName"})
FOREIGN = (OLE, b"PK\x03\x04", b"MZ", b"\x7fELF", b"%PDF-", b"{\\rtf", b"#!")


def check_office(path: Path, kind: str) -> None:
    """Judge a .docx or .xlsx. Raises Unsafe."""
    with opened_zip(path) as opened:
        entries = [entry for entry in opened.infolist() if not entry.is_dir()]
        if sum(e.file_size for e in entries if _ending(e.filename) in XML) > MOST_XML:
            raise Unsafe("file_bomb")
        names = {entry.filename for entry in entries}
        if not {"[Content_Types].xml", "_rels/.rels"} <= names:
            raise Unsafe("file_not_its_type")
        for entry in entries:
            _check_name(entry.filename.lower())
        _check_main(opened, kind)
        for entry in entries:
            _check_part(opened, entry, formulas=kind == "xlsx")


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _check_name(name: str) -> None:
    _check_word(name)
    if _ending(name) not in XML | PLAIN and not PRINTER.fullmatch(name):
        raise Unsafe("file_object")


def _check_word(text: str) -> None:
    """Judge a part name, a content type or a relationship type, in small letters."""
    if MACRO.search(text):
        raise Unsafe("file_macro")
    if OBJECT.search(text):
        raise Unsafe("file_object")
    if FETCHED.search(text):
        raise Unsafe("file_outside_link")


def _check_main(opened: zipfile.ZipFile, kind: str) -> None:
    """The part that the package names as its document has the content type of our kind."""
    targets: list[str] = []
    types: dict[str, str] = {}

    def relation(name: str, values: dict[str, str]) -> None:
        if name == "Relationship" and values.get("Type", "").endswith("/officeDocument"):
            targets.append("/" + values.get("Target", "").lstrip("/"))

    def override(name: str, values: dict[str, str]) -> None:
        _check_word(values.get("ContentType", "").lower())
        if name == "Override":
            types[values.get("PartName", "").lower()] = values.get("ContentType", "")

    _read_xml(opened, "[Content_Types].xml", override)
    _read_xml(opened, "_rels/.rels", relation)
    if len(targets) != 1 or types.get(targets[0].lower()) != MAIN[kind]:
        raise Unsafe("file_not_its_type")


def _check_part(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, *, formulas: bool) -> None:
    ending = _ending(entry.filename)
    if ending == "rels":
        _read_xml(opened, entry.filename, _check_relation)
    elif ending == "svg":
        _read_xml(opened, entry.filename, _check_drawing)
    elif ending in XML:
        _Texts(formulas=formulas).read(opened, entry.filename)
    else:
        _check_bytes(opened, entry)


def _check_bytes(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    head = b""
    for chunk in _chunks(opened, entry.filename):  # to the end: its sum is checked there
        head = head or chunk
    if head.startswith(FOREIGN) or is_scripted(head[:512]):
        raise Unsafe("file_object")
    if flooded(head):
        raise Unsafe("file_pixels")


def _check_relation(name: str, values: dict[str, str]) -> None:
    if name != "Relationship":
        return
    kind, target = values.get("Type", "").lower(), values.get("Target", "")
    _check_word(kind)
    away = bool(ELSEWHERE.match(target))
    if values.get("TargetMode", "").lower() != "external" and not away:
        return
    if not kind.endswith("/hyperlink") or (away and not LINK.match(target)):
        raise Unsafe("file_outside_link")


def _check_drawing(name: str, values: dict[str, str]) -> None:
    if name == "script" or any(key.lower().startswith("on") for key in values):
        raise Unsafe("file_active")
    if any(key == "href" and not value.startswith(("#", "data:image/")) for key, value in values.items()):
        raise Unsafe("file_outside_link")


class _Texts:
    """Reads the fields of Word and the formulas of Excel in one part; a field may be cut into many runs."""

    def __init__(self, *, formulas: bool) -> None:
        self.wanted = FIELD_TEXT | FORMULAS if formulas else FIELD_TEXT
        self.fields: list[str] = []
        self.formula: list[str] = []
        self.inside = ""

    def read(self, opened: zipfile.ZipFile, name: str) -> None:
        if not self._mentioned(opened, name):
            _read_xml(opened, name)
            return
        _read_xml(opened, name, self.start, self.end, self.text)
        for code in "".join(self.fields).split("\n"):
            if FIELD.fullmatch((code.split() or [""])[0]):
                raise Unsafe("file_outside_link")

    def _mentioned(self, opened: zipfile.ZipFile, name: str) -> bool:
        """Whether the part has any element of interest: without one it need not be taken element by element."""
        names = b"|".join(word.encode() for word in sorted(self.wanted | WATCHED))
        words = re.compile(rb"[<:](?:" + names + rb")\b")
        before = b""
        for chunk in _chunks(opened, name):
            text = before + chunk.replace(b"\0", b"")  # UTF-16 has a NUL beside each letter
            if words.search(text):
                return True
            before = text[-32:]
        return False

    def start(self, name: str, values: dict[str, str]) -> None:
        if name in self.wanted:
            self.inside = name
        elif name == "fldChar":
            self.fields.append("\n")  # a field begins, changes to its result or ends
        elif name == "fldSimple":
            self.fields.append(f"\n{values.get('instr', '')}\n")
        elif name in ("ddeLink", "oleLink") or (name == "imagedata" and ELSEWHERE.match(values.get("src", ""))):
            raise Unsafe("file_outside_link")

    def text(self, text: str) -> None:
        if self.inside:
            (self.fields if self.inside in FIELD_TEXT else self.formula).append(text)

    def end(self, name: str) -> None:
        if name != self.inside:
            return
        self.inside = ""
        if CALL.search(QUOTED.sub("", "".join(self.formula))):
            raise Unsafe("file_outside_link")
        self.formula = []


Start = Callable[[str, dict[str, str]], None]


def _read_xml(
    opened: zipfile.ZipFile, name: str, start: Start | None = None,
    end: Callable[[str], None] | None = None, text: Callable[[str], None] | None = None,
) -> None:  # fmt: skip
    """Stream a part through expat; element and attribute names come without their namespace prefix. Raises Unsafe."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def declared(*_: Any) -> None:
        raise Unsafe("file_active")

    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    if start is not None:
        parser.StartElementHandler = lambda element, values: start(
            _local(element), {_local(name): value for name, value in values.items()}
        )
    if end is not None:
        parser.EndElementHandler = lambda element: end(_local(element))
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        for chunk in _chunks(opened, name):
            parser.Parse(chunk, False)  # noqa: FBT003  # expat's own signature
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as fault:
        raise Unsafe("file_damaged") from fault


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _chunks(opened: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield the bytes of a member; zipfile checks their number and sum on the way. Raises Unsafe."""
    try:
        with opened.open(name) as member:
            while chunk := member.read(CHUNK):
                yield chunk
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error) as fault:
        raise Unsafe("file_damaged") from fault
