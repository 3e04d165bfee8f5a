"""The dossier by sections, field by field as the viewer may see it; and the attachments of a case."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cases.access import seen_files
from cases.models import Attachment, Part
from cases.presentation.face import Look
from cases.presentation.rows import ABOUT_ROWS, named_rows, numbers_in
from cases.presentation.words import label
from cases.sections import APPLICANT, FILING
from workflows.definition import AttachmentKind, Field


@dataclass(frozen=True, slots=True)
class Shown:
    """One value. `hidden`: the viewer's role may not see it; `masked`: only after saying what for."""

    name: str
    label: str
    value: str = ""
    table: tuple[tuple[str, ...], ...] = ()  # rows of a table; the first names the columns
    hidden: bool = False
    masked: bool = False
    who: str = ""  # of a hidden value: the roles that see it


@dataclass(frozen=True, slots=True)
class Block:
    """A section of the dossier."""

    code: str
    vi: str
    en: str
    rows: tuple[Shown, ...]


def blocks_of(look: Look) -> list[Block]:
    """Return the sections of the dossier: who files, how, the matter, and what officers have found."""
    if look.case.in_ledger:
        return [_one_block(look, "row", "Nội dung dòng sổ", "The row")]
    if look.definition.kind == "standalone":
        return [_one_block(look, "matter", "Nội dung", "The matter")]
    fields = look.definition.fields
    applicant = [f for f in fields if f.name.startswith(APPLICANT)]
    filing = [f for f in fields if f.name in FILING]
    found = [f for f in fields if f.required_from is not None]
    matter = [f for f in fields if f not in applicant and f not in filing and f not in found]
    noted = [] if look.outside else found
    blocks = [
        Block("matter", "Nội dung hồ sơ", "The matter", tuple(shown_rows(look, matter, look.case.dossier))),
        Block("applicant", "Người nộp hồ sơ", "The applicant", tuple(shown_rows(look, applicant, look.case.dossier))),
        Block("filing", "Cách nộp và nhận kết quả", "Filing and receiving the result",
              tuple(shown_rows(look, filing, look.case.dossier))),
        Block("findings", "Nội dung cán bộ thẩm định", "Found by the officers",
              tuple(shown_rows(look, noted, look.case.dossier))),
    ]  # fmt: skip
    return [block for block in blocks if block.rows]


def _one_block(look: Look, code: str, vi: str, en: str) -> Block:
    """A row of a ledger and an internal matter are one block; what is not there yet is left out."""
    told = shown_rows(look, look.definition.fields, look.case.dossier)
    return Block(code, vi, en, tuple(one for one in told if one.value or _kept(one)))


def _kept(shown: Shown) -> bool:
    return shown.hidden or shown.masked or bool(shown.table)


def shown_rows(look: Look, fields: Iterable[Field], values: Mapping[str, Any], prefix: str = "") -> Iterator[Shown]:
    """Yield the values as rows. An absent sensitive value is shown as absent: that nothing is there is no secret."""
    for field in fields:
        stored = values.get(field.name)
        if not look.sees(field):
            yield Shown(field.name, label(field), hidden=True, who=_seers(look, field))
        elif field.sensitive and stored is not None:
            yield Shown(prefix + field.name, label(field), masked=True)
        elif field.base in ABOUT_ROWS:
            yield Shown(field.name, label(field), "\n".join(named_rows(look, field, numbers_in(stored))))
        elif field.base == "table":
            yield Shown(field.name, label(field), table=_table(look, field, stored or []))
            if stored and _close_columns(look, field):
                yield Shown(prefix + field.name, _close_label(look, field), masked=True)
        else:
            yield Shown(field.name, label(field), look.names.value(field, stored))


def _seers(look: Look, field: Field) -> str:
    return ", ".join(look.role_label(role) for role in field.visible_to)


def _table(look: Look, field: Field, rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    columns = [c for c in field.columns if look.sees(c) and not c.sensitive]
    lines = [tuple(look.names.value(c, row.get(c.name)) for c in columns) for row in rows]
    return (tuple(label(c) for c in columns), *lines) if lines else ()


def members_of(look: Look, part: Part) -> Iterator[str]:
    """Yield the rows of the dossier that a part is about."""
    for field in look.definition.part(part.kind).fields:
        if field.base == "rows" and look.sees(field):
            yield from named_rows(look, field, part.fields.get(field.name, ()))


def _close_columns(look: Look, field: Field) -> list[Field]:
    """The sensitive columns of a table that the viewer may look at, once it is said what for."""
    return [column for column in field.columns if column.sensitive and look.sees(column)]


def _close_label(look: Look, field: Field) -> str:
    return f"{label(field)}: {', '.join(label(c) for c in _close_columns(look, field))}"


def _closely(look: Look, field: Field, rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the sensitive columns of a table in words, each row by the value that names it."""
    named = next((c for c in field.columns if c.base == "text" and c.required is True and not c.sensitive), None)
    told = []
    for number, row in enumerate(rows, 1):
        name = look.names.value(named, row.get(named.name)) if named is not None else str(number)
        cells = [(c, row[c.name]) for c in _close_columns(look, field) if row.get(c.name) is not None]
        told.append(f"{name}: " + ", ".join(f"{label(c)} {look.names.value(c, value)}" for c, value in cells))
    return "; ".join(told)


# ------------------------------------------------------------------------------------------------------ attachments
@dataclass(frozen=True, slots=True)
class Papers:
    """One component of the dossier with its files; none yet is shown as well."""

    code: str
    title: str
    kept: bool  # originals are kept or shown
    files: tuple[Attachment, ...]

    @property
    def received(self) -> bool:
        """Whether the original of this component was seen."""
        return any(file.original_received for file in self.files)


def attachments_of(look: Look) -> list[Papers]:
    """Return the declared components in order, then what came with steps; of both what the viewer may see."""
    rows = look.case.attachments.filter(replaced_at=None).select_related("blob", "part", "uploaded_by")
    files = seen_files(look.case, rows.order_by("uploaded_at"), look.viewer, look.now)
    found = [_component(kind, files) for kind in look.definition.attachments]
    others = tuple(f for f in files if f.kind not in {p.code for p in found})
    if others:
        found.append(Papers("", "", kept=False, files=others))
    return [papers for papers in found if papers.files or not look.outside]


def _component(kind: AttachmentKind, files: Iterable[Attachment]) -> Papers:
    return Papers(kind.code, label(kind), kind.originals != "none", tuple(f for f in files if f.kind == kind.code))


# ------------------------------------------------------------------------------------------------- sensitive values
def sensitive_value(look: Look, what: str) -> Shown | None:
    """Return a sensitive value in the clear: `account_no` of the dossier, `opinion-1.content` of a part.

    None when there is none or the viewer's role may not see it.
    """
    key, _, name = what.rpartition(".")
    part = next((p for p in look.seen_parts if p.key == key), None) if key else None
    if key and part is None:
        return None
    fields = look.definition.part(part.kind).fields if part is not None else look.definition.fields
    field = next((f for f in fields if f.name == name), None)
    stored = (part.fields if part is not None else look.case.dossier).get(name)
    if field is not None and field.base == "table" and stored and look.sees(field) and _close_columns(look, field):
        return Shown(what, _close_label(look, field), _closely(look, field, stored))
    if field is None or not field.sensitive or stored is None or not look.sees(field):
        return None
    return Shown(what, label(field), look.names.value(field, stored))
