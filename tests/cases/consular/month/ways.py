"""Ways beside the straight one: a supplement, an apology, a revocation, a case that is opened again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cases.models import Part
from tests.cases.consular.month.people import Move
from tests.cases.consular.month.view import View, rare

TAKEN = {  # what a long month must have seen, by the names of events
    "resubmit_intake", "refuse_lapsed_intake", "provide_supplement", "stop_unsupplemented",
    "extend_with_apology", "apologise_late", "apology_for_verification",
    "drop_revocation", "issue_revocation", "reopen",
}  # fmt: skip


def at_intake(view: View) -> Iterator[Move]:
    """The desk waits for a supplement; when its time is over it may refuse to accept."""
    lapsed = any(p.state == "lapsed" for p in view.of("supplement"))
    yield Move("refuse_lapsed_intake", weight=rare(lapsed) * 3)


def in_work(view: View) -> Iterator[Move]:
    """The specialist waits for a supplement; when its time is over the leader may stop the case."""
    lapsed = any(p.state == "lapsed" for p in view.of("supplement"))
    yield Move("stop_unsupplemented", weight=rare(lapsed) * 3)
    yield Move("request_withdraw", weight=0.02)


def supplement(view: View, part: Part) -> Iterator[Move]:
    if part.state == "asked":
        yield Move("answer", part.key, weight=0 if view.forgets else 1)


def apologies(view: View) -> Iterator[Move]:
    """The leader apologises once, in time or late; seldom for a day that is no later."""
    case = view.case
    if case.due_on is None or case.clock not in ("run", "pause", "out"):
        return
    late = view.today >= case.due_on
    wanted = rare(not case.attributes.get("extension_count"))
    later = {"new_due_on": (max(case.due_on, view.today) + dt.timedelta(days=4)).isoformat()}
    yield Move("apologise_late", given=later, weight=0.1 * wanted * rare(late))
    yield Move("extend_with_apology", given=later, weight=0.1 * wanted * rare(not late))
    yield Move("extend_with_apology", given={"new_due_on": case.due_on.isoformat()}, weight=0.005)
    asked = any(p.state in ("verify_drafted", "verify_signed", "verifying", "verify_late") for p in view.of("paper"))
    if asked and case.state == "assigned":
        yield Move("apology_for_verification", given=later, weight=0.6 * wanted)


def revoking(_: View) -> Iterator[Move]:
    yield Move("sign_revocation", weight=2)
    yield Move("drop_revocation")


def reopened(view: View) -> Iterator[Move]:
    """Who was refused, or whose case was stopped, comes with new facts."""
    if view.case.attempt == 1:
        yield Move("reopen", weight=rare(view.mode != "none"))
