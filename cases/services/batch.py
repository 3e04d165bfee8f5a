"""One step for many, each with an event of its own; who is refused holds nobody up.

Parts of one case go together, twenty-five in a transaction (`together`). Not all at once: the case would stay locked as
long, on SQLite every other writer would wait; and what is done stays done when the machine stops in between. Who is
refused undoes nobody: those before are taken without it, it is asked alone and told why, the rest goes on.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from accounts.models import User
from cases.errors import CaseNotFound, PaperImpossible
from cases.services.advance import run
from cases.services.outcome import Outcome
from cases.services.together import Refused, run_together
from cases.services.turn import Request
from workflows.errors import Reason, TransitionRefused

MOST = 500  # at once; whoever has more takes them in several goes


@dataclass(frozen=True, slots=True)
class Target:
    """A case, or one of its parts."""

    case_id: uuid.UUID
    part_key: str | None = None


Asked = Callable[[Target], Request]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one of them: the outcome, or every reason why not."""

    target: Target
    outcome: Outcome | None
    reasons: tuple[Reason, ...] = ()


def advance_each(
    *,
    targets: Iterable[Target],
    transition: str,
    actor: User,
    now: dt.datetime,
    acting_for: User | None = None,
    idempotency_key: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> list[Result]:
    """Take a step of each target with the same data, in the order given, and return what became of each.

    Sent again under the same key, whoever was taken gives the first outcome again and the others are tried anew.
    Raises TransitionRefused for more than MOST, KeyReused; a database that goes away ends it where it is.
    """
    wanted = list(dict.fromkeys(targets))
    if len(wanted) > MOST:
        vi, en = f"Mỗi lần tối đa {MOST} mục", f"At most {MOST} at once"
        raise TransitionRefused([Reason("too_many", vi, en)])

    def asked(target: Target) -> Request:
        return Request(
            case_id=target.case_id, part_key=target.part_key, name=transition, actor=actor, now=now,
            acting_for=acting_for, idempotency_key=idempotency_key, data=dict(data or {}),
        )  # fmt: skip

    found: list[Result] = []
    while len(found) < len(wanted):
        found += _next(wanted[len(found) :], asked)
    return found


def _next(rest: Sequence[Target], asked: Asked) -> list[Result]:
    """Take the step of the first targets, as far as they go together; of one, or of who is refused, alone."""
    same = list(takewhile(lambda target: target.case_id == rest[0].case_id, rest))
    while len(same) > 1:
        try:
            return _together(same, asked)
        except Refused as refused:
            same = same[: refused.number]
    return [_alone(rest[0], asked)]


def _together(targets: Sequence[Target], asked: Asked) -> list[Result]:
    outcomes = run_together([asked(target) for target in targets])
    return [Result(target, outcome) for target, outcome in zip(targets, outcomes, strict=False)]


def _alone(target: Target, asked: Asked) -> Result:
    try:
        return Result(target, run(asked(target)))
    except (TransitionRefused, PaperImpossible) as refused:
        return Result(target, None, refused.reasons)
    except CaseNotFound:
        return Result(target, None, (Reason("not_found", "Không tìm thấy", "Not found"),))
