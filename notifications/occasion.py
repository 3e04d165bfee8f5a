"""What there is to tell: one notice of one event of a case."""
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.clock import local_day
from cases.effects import Effect
from cases.errors import DeliveryImpossible
from cases.models import Case, Event, Part
from cases.procedures import definition_of
from workflows.definition import Procedure

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A notice, and the event that gave rise to it. `cause`: the person's step in whose wake an automatic one came."""

    case: Case
    definition: Procedure
    event: Event
    cause: Event
    notice: str
    part: Part | None  # on which the step was taken
    now: dt.datetime

    @property
    def day(self) -> dt.date:
        return local_day(self.now)

    @property
    def words(self) -> Mapping[str, Any]:
        """The texts of the notice: vi, en, body_vi, body_en."""
        return self.definition.notices[self.notice]

    def opened_parts(self) -> list[Part]:
        """Return the parts that the step has opened."""
        opened = self.case.parts.filter(attempt=self.case.attempt, opened_at=self.event.at)
        return list(opened.order_by("pk"))


def occasion_of(effect: Effect, notice: str, part_key: str) -> Occasion:
    """Return what the event of an effect has to tell. Raises DeliveryImpossible without a case or such a notice."""
    if effect.case_id is None:
        raise DeliveryImpossible("case_missing")
    case = Case.objects.select_related("applicant", "organisation", "unit").get(pk=effect.case_id)
    definition = definition_of(case.definition_id)
    if notice not in definition.notices:
        raise DeliveryImpossible(f"notice {notice} unknown in {definition.procedure} {definition.folder}")
    event = Event.objects.get(case=case, seq=effect.seq)
    part = case.parts.get(key=part_key) if part_key else None
    return Occasion(case, definition, event, cause_of(event), notice, part, effect.now)


def cause_of(event: Event) -> Event:
    """Return the person's step in whose wake an automatic step came (same case, same moment), else the event itself."""
    found = event
    while found.actor == SYSTEM:
        before = Event.objects.filter(case_id=event.case_id, seq=found.seq - 1, at=event.at).first()
        if before is None:
            return event
        found = before
    return found
