"""The key `row` of a ledger's folder, expanded: its names are fields, roles and states of the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflows.shapes import ROW, SERIALS
from workflows.yaml_source import Block

if TYPE_CHECKING:
    from workflows.expansion import Expansion

FIELDS = ("key", "agency", "holder", "subject", "expires", "bound")
LISTS_OF_FIELDS = ("title", "columns", "order", "group")
ROLES = ("opened_by", "read_by")
STATES = ("settled", "present", "absent")


def expanded_row(making: Expansion) -> dict[str, Any] | None:
    """Return what the folder says of its rows; None for a procedure that is no ledger."""
    full = making.full
    block = full.get("row")
    if bool(full.get("ledger")) != isinstance(block, Block):
        message = "sổ cần khóa row, và chỉ sổ mới có / a ledger needs row, nothing else has it"
        making.fault(full, "row" if isinstance(block, Block) else "ledger", message)
    if not isinstance(block, Block):
        return None
    found = making.needed(block, ROW, "row")
    _known_names(making, block, found)
    return found


def _known_names(making: Expansion, block: Block, found: dict[str, Any]) -> None:
    fields = making.names("fields", by="name")
    for key in FIELDS:
        making.known(block, key, [found[key]] if key in found else [], fields, "mục / field")
    for key in LISTS_OF_FIELDS:
        making.known(block, key, found.get(key, []), fields, "mục / field")
    _known_range(making, block, fields)
    for key in ROLES:
        making.known(block, key, found.get(key, []), making.roles, "vai trò / role")
    named = [found["holder_role"]] if "holder_role" in found else []
    making.known(block, "holder_role", named, making.roles, "vai trò / role")
    for key in STATES:
        making.known(block, key, found.get(key, []), making.names("states"), "trạng thái / state")
    secret = [f.get("name") for f in making.blocks("fields") if f.get("sensitive")]
    for name in (n for n in found.get("title", []) if n in secret):
        making.fault(block, "title", f"mục nhạy cảm không làm tên dòng được / a sensitive field names no row: {name}")
    if ("holder" in found) != ("holder_role" in found):
        making.fault(block, "holder", "holder và holder_role đi cùng nhau / holder and holder_role go together")


def _known_range(making: Expansion, block: Block, fields: list[str]) -> None:
    """What a range names are fields, and its numbers are the keys of rows."""
    named = block.get("range")
    if not isinstance(named, Block):
        return
    making.needed(named, SERIALS, "row.range")
    for key, name in named.items():
        making.known(named, key, [name], fields, "mục / field")
    if "key" not in block:
        making.fault(block, "range", "sổ nhận theo dải số cần key / a ledger received by range needs key")
