"""The promise to look at the cases that follow an entry of a registry, made in the transaction that changes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from cases.models import OutboxEntry
from cases.registries import references
from cases.services.turn import Turn
from cases.writes import Writes

FOLLOW = "follow"


def promise_following(turn: Turn, entries: Iterable[tuple[str, str]], writes: Writes) -> None:
    """Promise it once; `entries`: registry and key of those of before and of those of now.

    Keys of registries to which no dossier refers are not told: they may be personal.
    """
    referred = {one.registry for one in references()}
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for registry, key in sorted(entries):
        if registry in referred:
            keys[registry].append(key)
    if not keys:
        return
    case, seq = turn.case, turn.case.head_seq
    row = OutboxEntry(
        key=f"{case.pk}:{seq}:{FOLLOW}", kind=FOLLOW, case_id=case.pk, seq=seq, payload={"keys": dict(keys)},
        due=turn.now, created_at=turn.now,
    )  # fmt: skip
    writes.insert([row])
