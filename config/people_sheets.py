"""People, organisations and mandates out of a sheet: the columns of each, and how a row is handed to its service."""
from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import override

from accounts.clock import local_day
from accounts.errors import PeopleRefused
from accounts.models import Mandate, User
from accounts.queries import unit_tree
from accounts.role_names import role_choices
from accounts.services import take_mandate, take_officer, take_organisation, together
from cases.forms_choices import Choices
from cases.sheet_rows import Row, Taken, heads_of, taken
from cases.sheets import Head, Sheet, at_cell
from workflows.definition import Field
from workflows.errors import Reason

MOST = 100  # at once: a first password takes a quarter of a second to hash


@dataclass(frozen=True, slots=True)
class Kind:
    """What comes out of one sort of sheet."""

    code: str
    vi: str
    en: str
    columns: tuple[Field, ...]
    take: Callable[..., Any]

    @property
    def spec(self) -> Field:
        return Field(name="rows", vi=self.vi, en=self.en, type="table", columns=self.columns, max_rows=MOST)


def _column(name: str, vi: str, en: str, kind: str = "text", *, required: bool = True, most: int = 200) -> Field:
    return Field(name=name, vi=vi, en=en, type=kind, required=required, max_len=most if kind == "text" else None)


FROM, TO = ("valid_from", "Từ ngày", "From", "date"), ("valid_to", "Đến hết ngày", "Until", "date")
OFFICERS = Kind(
    "officers", "Tài khoản cán bộ", "Officers’ accounts",
    (
        _column("email", "Thư điện tử công vụ", "Office e-mail", "email"),
        _column("full_name", "Họ và tên", "Full name"),
        _column("title", "Chức danh", "Title", required=False),
        _column("phone", "Số điện thoại", "Telephone", required=False, most=20),
        _column("role", "Vai trò", "Role", most=40),
        _column("unit", "Đơn vị", "Unit", most=60),
        _column(*FROM),
        _column(*TO, required=False),
    ),
    take_officer,
)  # fmt: skip
ORGANISATIONS = Kind(
    "organisations", "Tổ chức nộp hồ sơ", "Organisations that file",
    (
        _column("name", "Tên tổ chức", "Name", most=300),
        _column("name_en", "Tên tiếng Anh", "English name", required=False, most=300),
        _column("tax_code", "Mã số thuế hoặc mã số tổ chức", "Tax or organisation code", required=False, most=20),
        _column("address", "Địa chỉ", "Address", required=False, most=300),
        _column("manager", "Thư điện tử người quản lý", "E-mail of who manages it", "email"),
    ),
    take_organisation,
)  # fmt: skip
MANDATES = Kind(
    "mandates", "Văn bản ủy quyền", "Mandates",
    (
        _column("grantor", "Người ủy quyền", "Who gives it"),
        _column("grantee", "Người được ủy quyền", "Who receives it"),
        _column("role", "Vai trò được làm thay", "Role", most=40),
        _column("form", "Hình thức ký", "Form of signature", most=10),
        _column("document_no", "Số, ký hiệu văn bản ủy quyền", "Number of the document", most=60),
        _column("document_date", "Ngày văn bản", "Day of the document", "date"),
        _column(*FROM),
        _column(*TO),
        _column("procedures", "Chỉ cho thủ tục (mã)", "Only for procedures (codes)", "list(text)", required=False),
        _column("acts", "Chỉ cho việc (mã)", "Only for acts (codes)", "list(text)", required=False),
    ),
    take_mandate,
)  # fmt: skip
KINDS: Mapping[str, Kind] = {kind.code: kind for kind in (OFFICERS, ORGANISATIONS, MANDATES)}


def heads(kind: Kind) -> list[Head]:
    """Return the headings: what a row needs has its column."""
    return heads_of(kind.spec, complete=True)


def choices_of(kind: Kind, now: dt.datetime) -> dict[str, Choices]:
    """Return the lists of the columns: found by code or name, people by name or address."""
    found = {"role": _roles(), "unit": _units(now), "form": Choices(dict(Mandate.Form.choices))}
    found |= dict.fromkeys(("grantor", "grantee"), _people())
    return {f"rows.{column.name}": found[column.name] for column in kind.columns if column.name in found}


def _roles() -> Choices:
    with override("en"):
        english = role_choices()
    return Choices(dict(role_choices()), also=english)


def _units(now: dt.datetime) -> Choices:
    units = [line.unit for line in unit_tree(local_day(now))]
    return Choices({unit.code: unit.name for unit in units}, also=[(u.code, u.name_en) for u in units if u.name_en])


def _people() -> Choices:
    people = User.objects.filter(is_officer=True, is_active=True).values_list("pk", "full_name", "email")
    return Choices({str(pk): name for pk, name, _ in people}, also=[(str(pk), email) for pk, _, email in people])


def read(kind: Kind, sheet: Sheet, now: dt.datetime) -> Taken:
    """Return the rows of a sheet, each cell judged; a row is complete or refused."""
    found = taken(kind.spec, sheet, choices_of(kind, now))
    for row in found.rows:
        row.faults += [_missing(row, reason) for reason in row.lacking]
        row.lacking = []
    return found


def judged(kind: Kind, sheet: Sheet, actor: User, now: dt.datetime) -> Taken:
    """Return the rows with everything that taking them would be refused for; nothing is taken."""
    found = read(kind, sheet, now)
    whole = [(number, row) for number, row in enumerate(found.rows) if not row.faults]
    said = together.judged(kind.take, [wanted(kind, row.values) for _, row in whole], actor=actor, now=now)
    found.tell(_renumbered(said, [number for number, _ in whole]))
    return found


def take_all(kind: Kind, found: Taken, actor: User, now: dt.datetime) -> list[Any] | None:
    """Take every row and return what each made; None, the reasons being told at their rows, when one cannot be."""
    try:
        return together.taken(kind.take, [wanted(kind, values) for values in found.values], actor=actor, now=now)
    except PeopleRefused as refused:
        found.tell(refused.reasons)
        return None


def wanted(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as its service wants it: days as days."""
    days = {column.name for column in kind.columns if column.base == "date"}
    return {name: dt.date.fromisoformat(value) if name in days else value for name, value in values.items()}


def _renumbered(reasons: Sequence[Reason], numbers: Sequence[int]) -> list[Reason]:
    """Return reasons about the whole rows with the numbers that these have among all."""
    found = []
    for reason in reasons:
        at, _, name = reason.path.removeprefix("rows[").partition("].")
        found.append(Reason(reason.code, reason.vi, reason.en, f"rows[{numbers[int(at)]}].{name}"))
    return found


def _missing(row: Row, reason: Reason) -> Reason:
    label = (reason.vi.rpartition(": ")[0], reason.en.rpartition(": ")[0])
    return at_cell("missing", row.number, label, ("chưa có", "missing"), reason.path)
