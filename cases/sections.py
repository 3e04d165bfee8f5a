"""Pages of the form of a dossier: the applicant, how it is filed, the matter in portions, as the folder has them."""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.definition import Field, Procedure

# The one-stop layer's own fields, which every procedure has.
APPLICANT = ("applicant_", "contact_")
FILING = ("filed_for", "channel", "request_letter_no", "request_letter_date", "return_method")
SETTLED = ("filed_for", "channel")  # follow from how the case was opened; asked only when that did not say them
ENOUGH, MOST, FEW = 5, 9, 3
NAMED = re.compile(r"dossier\.(\w+)")


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the form; `number` of `total` counts the portions of the matter, 0: the page has its own name."""

    code: str
    vi: str
    en: str
    fields: tuple[Field, ...]
    number: int = 0
    total: int = 0

    def holds(self, path: str) -> bool:
        """Whether a path of the dossier (members[2].name) lies on this page."""
        name = re.split(r"[.\[]", path.removeprefix("dossier."), maxsplit=1)[0]
        return any(field.name == name for field in self.fields)


def sections_of(definition: Procedure, dossier: Mapping[str, Any]) -> tuple[Section, ...]:
    """Return the pages that the filer fills in; fields of later steps and computed ones are not asked."""
    asked = [f for f in definition.fields if f.required_from is None and f.computed is None]
    asked = [f for f in asked if f.name not in SETTLED or f.name not in dossier]
    applicant = [f for f in asked if f.name.startswith(APPLICANT)]
    filing = [f for f in asked if f.name in FILING]
    portions = list(_portions([f for f in asked if f not in applicant and f not in filing]))
    found = [
        Section("applicant", "Người nộp hồ sơ", "The applicant", tuple(applicant)),
        Section("filing", "Cách nộp và nhận kết quả", "Filing and receiving the result", tuple(filing)),
        *(_matter(fields, number, len(portions)) for number, fields in enumerate(portions, 1)),
    ]
    return tuple(section for section in found if section.fields)


def _matter(fields: Sequence[Field], number: int, total: int) -> Section:
    vi, en = "Nội dung hồ sơ", "The matter"
    if total > 1:
        vi, en = f"{vi}, phần {number} trên {total}", f"{en}, part {number} of {total}"
    return Section(f"matter-{number}", vi, en, tuple(fields), number, total)


def _portions(fields: Sequence[Field]) -> Iterator[list[Field]]:
    """Yield portions of five to nine fields; fields of one family, and those that hang on each other, stay together."""
    found: list[list[Field]] = [[]]
    for field in fields:
        full = len(found[-1]) >= MOST
        if full or (len(found[-1]) >= ENOUGH and not _belongs(field, found[-1])):
            found.append([])
        found[-1].append(field)
    if len(found) > 1 and len(found[-1]) < FEW:
        last = found.pop()
        found[-1] += last
    yield from (portion for portion in found if portion)


def _belongs(field: Field, portion: Sequence[Field]) -> bool:
    hangs_on = set(NAMED.findall(str(field.required)))
    return _family(field) == _family(portion[-1]) or any(other.name in hangs_on for other in portion)


def _family(field: Field) -> str:
    return field.name.split("_")[0]
