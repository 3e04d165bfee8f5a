"""One step for many: each in a transaction of its own, with an event of its own; who is refused holds nobody up."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from cases.errors import CaseNotFound, PaperImpossible
from cases.services.advance import advance_case
from cases.services.outcome import Outcome
from workflows.errors import Reason, TransitionRefused

MOST = 500  # at once; whoever has more takes them in several goes


@dataclass(frozen=True, slots=True)
class Target:
    """A case, or one of its parts."""

    case_id: uuid.UUID
    part_key: str | None = None


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

    def taken(target: Target) -> Outcome:
        return advance_case(
            case_id=target.case_id, part_id=target.part_key, transition=transition, actor=actor, now=now,
            acting_for=acting_for, idempotency_key=idempotency_key, data=data,
        )  # fmt: skip

    return [_result(target, taken) for target in wanted]


def _result(target: Target, taken: Callable[[Target], Outcome]) -> Result:
    try:
        return Result(target, taken(target))
    except (TransitionRefused, PaperImpossible) as refused:
        return Result(target, None, refused.reasons)
    except CaseNotFound:
        return Result(target, None, (Reason("not_found", "Không tìm thấy", "Not found"),))
