"""What the public side may know of a case: status in plain words, progress, promised day, events without inner states.

The applicant's page and the tracking page show the same; names, papers and what is asked stand on the former alone.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language, gettext

from accounts.clock import local_day
from accounts.looking import once
from accounts.models import OrgUnit, User
from cases.access import APPLICANTS
from cases.canonical import parse_body
from cases.models import Case, Event
from cases.office import office_rows
from cases.procedures import definition_by
from cases.public_status import public_status
from workflows.definition import Machine, Procedure, Step

# number -> what it means for the applicant (vi, en)
MEANINGS: Mapping[int, tuple[str, str]] = {
    0: ("Hồ sơ đang soạn, chưa nộp.", "The case is being written and is not filed yet."),
    1: (
        "Bộ phận Một cửa đang kiểm tra hồ sơ. Ngày hẹn trả có khi hồ sơ được tiếp nhận.",
        "The one-stop desk is checking the case. The promised day is set once it is received.",
    ),
    2: ("Hồ sơ đã được tiếp nhận và đang chờ phân công.", "The case is received and about to be assigned."),
    3: (
        "Hồ sơ không được tiếp nhận. Lý do nêu trong phiếu từ chối.",
        "The case was not accepted. The refusal slip gives the reason.",
    ),
    4: ("Cơ quan đang giải quyết hồ sơ. Bạn chưa phải làm gì.", "The office is working on it. There is nothing to do."),
    5: (
        "Hồ sơ đang chờ bạn bổ sung hoặc giải trình. Thời gian chờ không tính vào thời hạn giải quyết.",
        "The case waits for you to supplement or explain. The waiting time does not count.",
    ),
    6: ("Hồ sơ đang chờ bạn nộp phí, lệ phí.", "The case waits for you to pay the fee."),
    7: ("Đề nghị rút hồ sơ của bạn đang được xem xét.", "Your request to withdraw is being considered."),
    8: ("Hồ sơ đã dừng giải quyết.", "The case has been stopped."),
    9: ("Đã có kết quả, đang chờ trả.", "There is a result, about to be handed over."),
    10: ("Đã trả kết quả.", "The result has been handed over."),
}
ENDED_EARLY = frozenset({3, 8})
DUE_ACTS = frozenset({"extend_with_apology", "apologise_late", "recompute_due_date"})


def meaning(case: Case) -> str:
    """Return what the status of a case means, in a sentence or two."""
    return said(*MEANINGS[case.public_status or 0])


def said(vi: str, en: str) -> str:
    """Return the text of the reader's language."""
    return en if (get_language() or "vi").startswith("en") else vi


# -------------------------------------------------------------------------------------------------------- progress
def progress(case: Case) -> list[dict[str, str]]:
    """Return the fixed path of every case, from filing to hand-over, and where this one is."""
    days = {
        "filed": _day(case.submitted_at), "received": _day(case.received_at),
        "handled": f"{case.handled_on:%d/%m/%Y}" if case.handled_on else "",
    }
    if case.public_status in ENDED_EARLY:
        return _ended(case, days)
    number = case.public_status or 0
    reached = 5 if number == 10 else 4 if number == 9 else 2 if case.received_at else 1 if case.submitted_at else 0
    steps = [
        (said("Nộp", "Filed"), days["filed"]), (said("Tiếp nhận", "Received"), days["received"]),
        (said("Giải quyết", "In process"), _term(case)), (said("Có kết quả", "Result"), days["handled"]),
        (said("Trả kết quả", "Handed over"), ""),
    ]
    return [
        {"label": label, "note": note, "status": "done" if at < reached else "now" if at == reached else "later"}
        for at, (label, note) in enumerate(steps)
    ]


def _ended(case: Case, days: Mapping[str, str]) -> list[dict[str, str]]:
    done = [{"label": said("Nộp", "Filed"), "note": days["filed"], "status": "done"}]
    if case.received_at is not None:
        done.append({"label": said("Tiếp nhận", "Received"), "note": days["received"], "status": "done"})
    status = public_status(case.public_status)
    closed = f"{case.closed_on:%d/%m/%Y}" if case.closed_on else ""
    return [*done, {"label": said(status.vi, status.en), "note": closed, "status": "now"}]


def _term(case: Case) -> str:
    if case.due_on is None or case.handled_on is not None:
        return ""
    if case.clock == "pause":
        return said("tạm dừng tính hạn", "clock paused")
    return f"{said('hẹn trả', 'due')} {case.due_on:%d/%m/%Y}"


def _day(moment: dt.datetime | None) -> str:
    return f"{local_day(moment):%d/%m/%Y}" if moment is not None else ""


# -------------------------------------------------------------------------------------------------------- timeline
@dataclass(frozen=True, slots=True)
class PublicEvent:
    """One line of the public story."""

    title: str
    at: dt.datetime
    who: str
    text: str = ""


def timeline(case: Case) -> list[PublicEvent]:
    """Return the public events of a case, newest first: own steps, what the applicant was told, changes of status."""
    story = _Story(case)
    found = [line for event in case.events.order_by("seq") for line in story.lines(event)]
    return found[::-1]


class _Story:
    """Reads events in order; a status is told when it changes, never the inner state behind it."""

    def __init__(self, case: Case) -> None:
        self.case, self.status = case, 0
        self.definitions: dict[str, Procedure] = {}
        self.names: dict[str, str] = {}

    def lines(self, event: Event) -> Iterator[PublicEvent]:
        body = parse_body(bytes(event.body))
        definition = definition_by(body["definition"])
        machine = self._machine(definition, event)
        step = machine.step(event.name) if machine is not None else None
        if machine is None or step is None:
            return
        before, after = self.status, self._status_after(machine, event, body)
        own, told = body["role"] in APPLICANTS, any(APPLICANTS & set(notice.to) for notice in step.notify)
        if own or told:
            yield self._line(event, body, said(step.vi, step.en), step)
        elif before != after and after:
            status = public_status(after)
            yield self._line(event, body, said(status.vi, status.en), step)

    def _machine(self, definition: Procedure, event: Event) -> Machine | None:
        """Return the machine of the event's record; None for parts that are not the applicant's to see."""
        if not event.part_key:
            return definition.machine
        kind = next((p for p in definition.parts if p.code == event.part_key.rpartition("-")[0]), None)
        return kind.machine if kind is not None and kind.public else None

    def _status_after(self, machine: Machine, event: Event, body: Mapping[str, str]) -> int:
        state = next((s for s in machine.states if s.code == body["to"]), None)
        if not event.part_key and event.kind != "act" and state is not None and state.public is not None:
            self.status = state.public
        return self.status

    def _line(self, event: Event, body: Mapping[str, object], title: str, step: Step) -> PublicEvent:
        return PublicEvent(title, event.at, self._who(str(body["actor"]), str(body["role"])), self._text(body, step))

    def _text(self, body: Mapping[str, object], step: Step) -> str:
        facts = body["facts"] if isinstance(body["facts"], dict) else {}
        if facts.get("due_on") and (step.name in DUE_ACTS or "received_on" in step.set):
            day = dt.date.fromisoformat(facts["due_on"])
            return gettext("Hẹn trả kết quả ngày %(day)s.") % {"day": f"{day:%d/%m/%Y}"}
        return ""

    def _who(self, actor: str, role: str) -> str:
        """Return who did it: people of the applicant's side by name, officers as their office alone."""
        if role in APPLICANTS:
            return self._person(actor)
        if role in ("", "system") or actor == "system":
            return said("Hệ thống", "The system")
        day = local_day(self.case.saved_at)
        return one_stop(day) if role == "intake" else office_name(day)

    def _person(self, actor: str) -> str:
        if actor not in self.names:
            self.names[actor] = User.objects.filter(pk=actor).values_list("full_name", flat=True).first() or ""
        return self.names[actor]


def office_name(day: dt.date) -> str:
    """Return how the office calls itself."""
    row = office_rows(day).get("office", {})
    return str(said(row.get("name", ""), row.get("name_en") or row.get("name", "")))


def one_stop(day: dt.date) -> str:
    """Return the name of the one-stop unit."""
    unit = once(("one stop", day), lambda: OrgUnit.objects.in_force(day).filter(kind="one_stop").first())
    if unit is None:
        return said("Bộ phận Một cửa", "One-stop desk")
    return said(unit.name, unit.name_en or unit.name)
