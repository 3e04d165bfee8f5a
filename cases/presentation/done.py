"""What the person has just done, told on the page that follows: read from the event itself, not from the address."""
from __future__ import annotations

from dataclasses import dataclass

from cases.models import OutboxEntry
from cases.presentation.face import Look
from cases.presentation.story import Story, Told


@dataclass(frozen=True, slots=True)
class Done:
    """An event of the viewer's own, and whom it tells."""

    told: Told
    informed: tuple[str, ...]
    signed: bool  # a paper was signed with it: whoever signs goes on to the next


def done_of(story: Story, seq: str) -> Done | None:
    """Return what the event `seq` did when the viewer took the step or gave the second yes; else nothing."""
    if not (seq.isascii() and seq.isdecimal() and len(seq) < 8):
        return None
    body = story.bodies.get(int(seq), {})
    if str(story.look.viewer.pk) not in (body.get("actor"), body.get("facts", {}).get("agreed_by")):
        return None
    told = next(t for t in story.told() if t.seq == int(seq))
    signed = any(paper["stage"] == "sign" for paper in body.get("papers", []))
    return Done(told, informed(story.look, int(seq)), signed)


def informed(look: Look, seq: int) -> tuple[str, ...]:
    """Return the roles and parties to whom the step has promised a notice."""
    promised = OutboxEntry.objects.filter(case_id=look.case.pk, seq=seq, kind="notice").order_by("pk")
    roles = [role for payload in promised.values_list("payload", flat=True) for role in payload.get("to", [])]
    return tuple(dict.fromkeys(look.role_label(role) for role in roles))
