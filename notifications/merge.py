"""The merge values of a notice for one reader: code, procedure, state, due day, deadline, link. No personal data."""
from __future__ import annotations

import datetime as dt

from accounts.clock import LOCAL
from cases.calendar import load_calendar
from cases.models import Part, Task
from cases.public_status import public_status
from notifications.occasion import Occasion
from notifications.recipients import Recipient
from notifications.texts import one_line
from workflows.definition import Duration, PartKind
from workflows.due_days import shifted


def merge_values(occasion: Occasion, recipient: Recipient, language: str, link: str) -> dict[str, str]:
    """Return every merge value, in words; what there is not is empty, and its line is left out."""
    found = {
        "code": occasion.case.code,
        "procedure": _label(occasion.definition, language),
        "state": state_of(occasion, recipient, language),
        "due_on": _day(occasion.case.due_on),
        "deadline": deadline_of(occasion, recipient),
        "link": link,
    }
    return {name: one_line(value) for name, value in found.items()}


def state_of(occasion: Occasion, recipient: Recipient, language: str) -> str:
    """Return where the part, or the case, stands: for who filed it in the words of the national portal."""
    record = occasion.part or occasion.case
    machine = occasion.definition.machine_of(occasion.part.kind if occasion.part is not None else None)
    state = machine.state(record.state)
    if recipient.applies and occasion.part is None and state.public:
        return _label(public_status(state.public), language)
    return _label(state, language)


def _label(thing: object, language: str) -> str:
    return str(getattr(thing, language))


def deadline_of(occasion: Occasion, recipient: Recipient) -> str:
    """Return until when: the last day of the part that it is about, else when the reader's own task is due."""
    part = recipient.part or occasion.part or _opened_for_all(occasion)
    if part is not None:
        return _day(part.due_on or _once_served(occasion, part))
    waiting = Task.objects.filter(case=occasion.case, part=None, role__in=recipient.roles, done_at=None)
    due = waiting.exclude(due_at=None).order_by("due_at").values_list("due_at", flat=True).first()
    return f"{due.astimezone(LOCAL):%H:%M, %d/%m/%Y}" if due is not None else ""


def _opened_for_all(occasion: Occasion) -> Part | None:
    """Return the part that this step has opened, of a kind that everybody sees: a supplement, a duty."""
    opened = occasion.opened_parts()
    return next((part for part in opened if occasion.definition.part(part.kind).public), None)


def _once_served(occasion: Occasion, part: Part) -> dt.date | None:
    """Return the last day of a part whose time runs from its service, served today: this very message serves it."""
    kind = occasion.definition.part(part.kind)
    lengths = _lengths_from_service(kind, part)
    return min((_last_day(occasion.day, length) for length in lengths), default=None)


def _lengths_from_service(kind: PartKind, part: Part) -> list[Duration]:
    """Return the times that run from a day of the part which has not come yet."""
    timers = [step.timer for step in kind.machine.transitions if step.timer is not None]
    days = (field.name for field in kind.fields if field.base == "date")
    waiting = {f"part.{name}" for name in days if not part.fields.get(name)}
    return [t.after for t in timers if t.after is not None and t.of in waiting]


def _last_day(served: dt.date, length: Duration) -> dt.date:
    """Working days run to the end of the last one; a calendar-day timer fires as its day begins (cases timers)."""
    end = shifted(served, length, load_calendar())
    return end if length.u == "WD" else end - dt.timedelta(days=1)


def _day(day: dt.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day is not None else ""
