"""What the person has just done, told on the page that follows: read from the event itself, not from the address."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.models import Event, OutboxEntry
from cases.presentation.face import Look, number_in
from cases.presentation.steps import Choice, kind_of
from cases.presentation.story import Story, Told, events_of


@dataclass(frozen=True, slots=True)
class Done:
    """An event of the viewer's own, and whom it tells."""

    told: Told
    informed: tuple[str, ...]
    signed: bool  # a paper was signed with it: whoever signs goes on to the next
    next: Choice | None  # the same step of another part


def done_of(look: Look, seq: str, choices: Sequence[Choice] = ()) -> Done | None:
    """Return what the event `seq` did when the viewer took the step or gave the second yes; else nothing.

    `choices`: what the viewer may do now, among which the same step of the next part is looked for.
    """
    if not (seq.isascii() and seq.isdecimal() and len(seq) < 8):
        return None
    story = Story(look, events_of(look).filter(seq=int(seq)))
    body = story.bodies.get(int(seq), {})
    if str(look.viewer.pk) not in (body.get("actor"), body.get("facts", {}).get("agreed_by")):
        return None
    (told,) = story.told()
    signed = any(paper["stage"] == "sign" for paper in body.get("papers", []))
    return Done(told, informed(look, int(seq)), signed, _next(story.events[0], choices))


def _next(event: Event, choices: Sequence[Choice]) -> Choice | None:
    """Return the same step of the next part of the kind that may take it; after the last comes the first."""
    kind, name = kind_of(event.part_key), event.name.partition(".")[0]
    same = [c for c in choices if c.allowed and kind_of(c.part_key) == kind and c.step.name == name and c.part_key]
    after = (c for c in same if number_in(c.part_key) > number_in(event.part_key))
    return next(after, same[0] if same else None)


def informed(look: Look, seq: int) -> tuple[str, ...]:
    """Return the roles and parties to whom the step has promised a notice."""
    promised = OutboxEntry.objects.filter(case_id=look.case.pk, seq=seq, kind="notice").order_by("pk")
    roles = [role for payload in promised.values_list("payload", flat=True) for role in payload.get("to", [])]
    return tuple(dict.fromkeys(look.role_label(role) for role in roles))
