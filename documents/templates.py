"""A .docx template compiled once: docxtpl's patch, then Jinja code, then every other member deflated for good.

docxtpl compiles the template anew for every paper; keeping the compiled one is what makes a paper cost a tenth of a
millisecond (benchmarks/paper.py). No Django here: `check` runs in a child process.
"""

from __future__ import annotations

import hashlib
import io
import re
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

import jinja2
from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, nodes
from lxml import etree

from documents.errors import TemplateRefused
from documents.jinja import ENVIRONMENT, faults_of, used
from documents.layout_page import EMPTY_PICTURE
from documents.layout_styles import W
from documents.package import CONTENT_TYPES, Packed, packed, unpack

BODY = "word/document.xml"
MAX_BYTES = 512 * 1024
MAX_UNPACKED = 8 * 1024 * 1024
MAX_MEMBERS = 60
_MARGINAL = re.compile(r"word/(header|footer|footnotes|endnotes)\d*\.xml")
_FORBIDDEN_MEMBERS = re.compile(r"vbaProject|activeX|embeddings/|oleObject|afchunk|customXml/|\.bin$", re.I)
_FORBIDDEN_XML = {
    'TargetMode="External"': "liên kết ra ngoài (external link)",
    "<w:altChunk": "nội dung nhúng (embedded content)",
    "<!DOCTYPE": "khai báo DOCTYPE",
    "<!ENTITY": "khai báo thực thể (entity)",
}
_ATTRIBUTE = re.compile(r'="[^"<>]*\{[{%][^"<>]*"')
_OWN_ATTRIBUTE = re.compile(r'="\{\{ [^"<>]*\|rule_indent\([^"<>()]*\) \}\}"')
_INSTRUCTION = re.compile(r"<w:instrText[^>]*>[^<]*\{[{%]")


@dataclass(frozen=True, slots=True)
class Compiled:
    """`parts`: members with fields; `constant`: the others, deflated; `picture`: member of the QR code, or empty."""

    sha256: str
    parts: Mapping[str, jinja2.Template]
    constant: Mapping[str, Packed]
    order: tuple[str, ...]
    picture: str


_cache: dict[str, Compiled] = {}
_lock = threading.Lock()


def compile_template(body: bytes, sha256: str = "") -> Compiled:
    """Return the compiled template, from the process's cache by SHA-256. Raises TemplateRefused."""
    key = sha256 or hashlib.sha256(body).hexdigest()
    found = _cache.get(key)
    if found is None:
        made = _compiled(body, key)
        with _lock:
            found = _cache.setdefault(key, made)
    return found


def cached(sha256: str) -> Compiled | None:
    """Return a template that this process has compiled before."""
    return _cache.get(sha256)


def _compiled(body: bytes, sha256: str) -> Compiled:
    members = unpack(body)
    sources = sources_of(members)
    try:
        parts = {name: ENVIRONMENT.from_string(source) for name, source in sources.items()}
    except TemplateSyntaxError as fault:
        raise TemplateRefused([f"cú pháp (syntax): {fault.message}"]) from fault
    picture = next((n for n, data in members.items() if data == EMPTY_PICTURE), "")
    constant = {n: packed(n, data) for n, data in members.items() if n not in parts}
    order = tuple(sorted(members, key=lambda name: (name != CONTENT_TYPES, name)))
    return Compiled(sha256, parts, constant, order, picture)


def sources_of(members: Mapping[str, bytes]) -> dict[str, str]:
    """Return the Jinja source of the body, and of each header, footer and note that has fields."""
    patch = DocxTemplate(None).patch_xml
    named = [n for n in members if n == BODY or (_MARGINAL.fullmatch(n) and b"{" in members[n])]
    return {name: patch(members[name].decode()) for name in named}


def fields_of(body: bytes) -> dict[str, set[str]]:
    """Return what a template reads: field -> columns read in loops over it. Raises TemplateRefused."""
    fields: dict[str, set[str]] = {}
    for source in sources_of(unpack(body)).values():
        try:
            tree = ENVIRONMENT.parse(source)
        except TemplateSyntaxError as fault:
            raise TemplateRefused([f"cú pháp (syntax): {fault.message}"]) from fault
        for name, columns in used(tree).items():
            fields.setdefault(name, set()).update(columns)
    return fields


def faults_in(body: bytes, known: Mapping[str, set[str] | None]) -> list[str]:
    """Name every fault of a template: package, XML, Jinja, fields that `known` lacks.

    `known`: field -> columns that the paper may show (None: a plain value). Runs in the child of documents.checking.
    """
    try:
        members = _bounded(body)
        trees = [ENVIRONMENT.parse(source) for source in sources_of(members).values()]
        # Only what may run is compiled: compiling folds constants such as 'a' * 10**9.
        faults = [fault for tree in trees for fault in faults_of(tree)] or _fields_unknown(trees, known)
        if not faults:
            compile_template(body)
    except TemplateRefused as refused:
        return list(refused.faults)
    except TemplateSyntaxError as fault:
        return [f"cú pháp (syntax): {fault.message}"]
    return faults + _xml_faults(members)


def _fields_unknown(trees: list[nodes.Template], known: Mapping[str, set[str] | None]) -> list[str]:
    return list(dict.fromkeys(fault for tree in trees for fault in _unknown(used(tree), known)))


def _bounded(body: bytes) -> dict[str, bytes]:
    """Unpack a template that keeps the limits of size. Raises TemplateRefused."""
    if len(body) > MAX_BYTES:
        raise TemplateRefused([f"lớn hơn {MAX_BYTES // 1024} KB (too large)"])
    try:
        members = unpack_bounded(body)
    except zipfile.BadZipFile as fault:
        raise TemplateRefused(["không phải tệp .docx (no .docx)"]) from fault
    if BODY not in members or CONTENT_TYPES not in members:
        raise TemplateRefused(["không phải tệp .docx (no .docx)"])
    return members


def unpack_bounded(body: bytes) -> dict[str, bytes]:
    """Unpack with limits on the number and the size of members, judged by the directory before a byte is inflated."""

    with zipfile.ZipFile(io.BytesIO(body)) as opened:
        infos = opened.infolist()
        if len(infos) > MAX_MEMBERS or sum(i.file_size for i in infos) > MAX_UNPACKED:
            raise TemplateRefused(["tệp nén quá lớn khi mở (too large when unpacked)"])
        if any(".." in i.filename or i.filename.startswith("/") for i in infos):
            raise TemplateRefused(["tên thành phần không hợp lệ (bad member name)"])
    return unpack(body)


def _xml_faults(members: Mapping[str, bytes]) -> list[str]:
    faults = [f"không được có {name}" for name in members if _FORBIDDEN_MEMBERS.search(name)]
    for name, data in members.items():
        if not name.endswith((".xml", ".rels")):
            continue
        text = data.decode("utf-8", "replace")
        faults += [f"{name}: {what}" for sign, what in _FORBIDDEN_XML.items() if sign in text]
        if _INSTRUCTION.search(text):
            faults.append(f"{name}: trường dữ liệu trong mã trường Word (field inside a Word field code)")
        faults += [
            f"{name}: trường trong thuộc tính {a[:40]}"
            for a in _ATTRIBUTE.findall(text)
            if not _OWN_ATTRIBUTE.fullmatch(a)
        ]
        try:
            tree = etree.fromstring(data, parser())
        except etree.XMLSyntaxError as fault:
            faults.append(f"{name}: XML hỏng (broken): {fault.msg}")
            continue
        faults += _open_tags(tree)
    return faults


def _open_tags(tree: etree._Element) -> list[str]:
    """A field that is not closed in its paragraph would swallow the text up to the next one."""
    faults = []
    for paragraph in tree.iter(f"{{{W}}}p"):
        text = "".join(t.text or "" for t in paragraph.iter(f"{{{W}}}t"))
        if any(text.count(start) != text.count(end) for start, end in (("{{", "}}"), ("{%", "%}"), ("{#", "#}"))):
            faults.append(f"trường không đóng trong đoạn (field not closed): {text[:60]}")
    return faults


def parser() -> etree.XMLParser:
    """Return a parser that fetches nothing and resolves no entity."""
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def _unknown(fields: Mapping[str, set[str]], known: Mapping[str, set[str] | None]) -> list[str]:
    faults = []
    for name, columns in fields.items():
        if name not in known:
            faults.append(f"không có trường {name} trong merge của văn bản (unknown field)")
            continue
        allowed = known[name] or set()
        faults += [f"không có cột {name}.{c} (unknown column)" for c in sorted(columns - allowed)]
    return faults
