"""What a step asks on its page: fields, sentences to confirm, the checklist, items answered; read back as its data."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from accounts.clock import local_day
from accounts.models import RoleHeld
from cases.facts import Facts
from cases.forms import ValuesForm, needed_by, step_form
from cases.forms_choices import Choices, rows_offered
from cases.lookups import CaseLookups
from cases.presentation.face import Look
from cases.presentation.steps import item_column
from cases.presentation.words import counted, label, said
from cases.services import Possible
from workflows.definition import CheckItem, Confirm, Field, Step
from workflows.errors import CannotBeJudged, Reason
from workflows.expressions import compiled

CONFIRM, CHECK, ITEM = "confirm", "checklist-", "item-"
ANSWERS = ("yes", "no", "na")
DIVISION = "division"


@dataclass(frozen=True, slots=True)
class Tick:
    """A sentence to confirm, or an item to tick."""

    code: str
    label: str
    ticked: bool
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One item of a checklist and the answer given."""

    code: str
    label: str
    answer: str
    fault: str = ""


@dataclass(slots=True)
class Sheet:
    """Everything that the page of a step asks."""

    look: Look
    possible: Possible
    form: ValuesForm
    posted: Mapping[str, Any] | None
    reasons: Sequence[Reason] = field(default=())

    @property
    def confirms(self) -> list[Tick]:
        """The sentences that the person ticks."""
        ticked = _chosen(self.posted, CONFIRM)
        return [self._confirm(confirm, ticked) for confirm in self.possible.step.confirm]

    def _confirm(self, confirm: Confirm, ticked: Sequence[str]) -> Tick:
        return Tick(confirm.code, label(confirm), confirm.code in ticked, self._fault(f"confirm.{confirm.code}"))

    @property
    def checklist(self) -> list[CheckLine]:
        """The items answered with yes, no or not applicable."""
        faulty = any(reason.code == "checklist_complete" for reason in self.reasons)
        given = {item.code: (self.posted or {}).get(CHECK + item.code, "") for item in self._check_items()}
        words = said("Chưa trả lời", "Not answered")
        return [
            CheckLine(item.code, label(item), given[item.code], words if faulty and not given[item.code] else "")
            for item in self._check_items()
        ]

    def _check_items(self) -> tuple[CheckItem, ...]:
        guards = self.possible.step.require
        name = next((str(g.params["list"]) for g in guards if g.builtin == "checklist_complete"), "")
        return self.look.definition.checklists.get(name, ())

    @property
    def items(self) -> list[Tick]:
        """Rows of the part that this step looks at, to be ticked one by one: what of a supplement has come in."""
        found = item_column(self.look.definition, self.possible)
        if found is None or self.possible.part is None:
            return []
        table, column = found
        ticked = _chosen(self.posted, ITEM + table.name)
        rows = self.possible.part.fields.get(table.name, [])
        return [
            Tick(str(n), self._row(table, row), str(n) in ticked or bool(row.get(column.name)))
            for n, row in enumerate(rows)
        ]

    @property
    def item_name(self) -> str:
        """The name under which ticked items come back."""
        found = item_column(self.look.definition, self.possible)
        return ITEM + found[0].name if found is not None else ""

    def _row(self, table: Field, row: Mapping[str, Any]) -> str:
        first = [c for c in table.columns if c.base in ("text", "long_text")][:2]
        return ": ".join(text for c in first if (text := self.look.names.value(c, row.get(c.name))))

    def _fault(self, path: str) -> str:
        return next((said(r.vi, r.en) for r in self.reasons if r.path == path), "")

    @property
    def unplaced(self) -> list[Reason]:
        """Refusals that stand at no control of the page."""
        placed = {spec.name for spec in self.form.specs}
        return [r for r in self.reasons if r.path.partition(".")[2].split("[")[0].split(".")[0] not in placed]

    # ------------------------------------------------------------------------------------------------------- data
    def data(self) -> dict[str, Any]:
        """Return what the service is given."""
        asked = {spec.name for spec in self.possible.asked}
        data: dict[str, Any] = {name: value for name, value in self.form.raw.items() if name in asked}
        if self.possible.due:
            data["dossier" if self.possible.part is None else "part_fields"] = self.due_data()
        if self.possible.step.confirm:
            data["confirm"] = _chosen(self.posted, CONFIRM)
        if self._check_items():
            data["checklist"] = {line.code: line.answer for line in self.checklist if line.answer in ANSWERS}
        return {**data, **self._part_fields()}

    def due_data(self) -> dict[str, Any]:
        """Return what was filled in of the dossier, or of the part."""
        due = {spec.name for spec in self.possible.due}
        return {name: value for name, value in self.form.raw.items() if name in due}

    def _part_fields(self) -> dict[str, Any]:
        found = item_column(self.look.definition, self.possible)
        if found is None:
            return {}
        table, column = found
        return {"part_fields": {table.name: [{column.name: tick.ticked} for tick in self.items]}}


def _chosen(posted: Mapping[str, Any] | None, name: str) -> list[str]:
    return list(posted.getlist(name)) if posted is not None and hasattr(posted, "getlist") else []


def sheet_of(look: Look, possible: Possible, data: Any = None, files: Any = None) -> Sheet:
    """Return the sheet of a step, blank or as it came back."""
    fields = [*possible.asked, *possible.due]
    form = step_form(
        fields,
        data,
        initial_of(look, possible),
        {**rows_offered(fields, look.definition, look.case.dossier), **dict(choices_of(look, possible.step))},
        files=files,
        siblings=look.definition.fields,
        definition=look.definition,
        day=local_day(look.now),
        needed=needed_by(data),
        viewer=look.viewer,
    )
    return Sheet(look, possible, form, data)


def initial_of(look: Look, possible: Possible) -> dict[str, Any]:
    """Return what the fields begin with: defaults, the agencies that must be asked, findings noted before."""
    found = {spec.name: spec.default for spec in possible.asked if spec.default is not None}
    for spec in possible.asked:
        if spec.type == "list(ref(consultees))":
            agencies = look.definition.consultees
            found[spec.name] = [a.code for a in agencies if is_asked(look, possible.step, a.mandatory)]
    present = look.case.dossier if possible.part is None else possible.part.fields
    return found | {spec.name: present.get(spec.name) for spec in possible.due}


def is_asked(look: Look, step: Step, condition: bool | str) -> bool:  # noqa: FBT001  # a literal or CEL
    """Whether an agency must be asked about this case; what cannot be judged yet is left to the officer."""
    if isinstance(condition, bool):
        return condition
    facts = Facts(definition=look.definition, case=look.case, parts=look.parts, now=look.now)
    lookups = CaseLookups(
        definition=look.definition, case=look.case, parts=look.parts, step=step, role="", now=look.now, facts=facts
    )
    try:
        return compiled(condition).judge(facts, lookups)
    except CannotBeJudged:
        return False


def choices_of(look: Look, step: Step) -> Iterator[tuple[str, Choices]]:
    """Yield the people to whom the step may give the case, with how much each has in hand."""
    for guard in step.require:
        if guard.builtin == "assignable":
            name = str(guard.params["person"]).removeprefix("ask.")
            yield name, Choices(dict(people_of(look, str(guard.params["role"]))))


def people_of(look: Look, role: str) -> Iterable[tuple[str, str]]:
    """Yield id and words of who holds a role where the case is handled."""
    held = RoleHeld.objects.with_role(role, local_day(look.now))
    if look.case.unit_id is not None:
        held = held.filter(Q(unit_id=look.case.unit_id) | ~Q(unit__kind=DIVISION))
    in_hand = Count("user__tasks", filter=Q(user__tasks__done_at=None), distinct=True)
    for user, name, work in held.annotate(work=in_hand).order_by("work", "user__full_name").values_list(
        "user", "user__full_name", "work"
    ):
        busy = said(f"đang giữ {work} việc", f"{counted(work, 'task')} in hand")
        yield str(user), f"{name} ({busy})"
