"""What a person may do now, and of everything else every reason why not."""
from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field

from django.urls import reverse

from accounts.clock import local_day
from accounts.models import Mandate, User
from cases.models import Case, Part
from cases.presentation.face import Look
from cases.presentation.words import label
from cases.procedures import is_usual
from cases.services import Possible, possibilities
from cases.services.possible import Wanted
from workflows.definition import Field, Procedure, Step
from workflows.errors import Reason

# Done elsewhere on the page: the queue's buttons take a task, masked values ask what for.
ELSEWHERE = frozenset({"claim", "view_sensitive"})
# Reasons that no filling in can meet.
HARD = frozenset({"not_in_state", "role_missing", "mandate_ended", "separation_of_duties", "cosign_pending"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One step as a button, or as a line that says why it is none."""

    step: Step
    part_key: str
    part_title: str
    title: str
    allowed: bool
    reasons: tuple[Reason, ...]
    href: str
    for_whom: User | None = None  # possible only for somebody who has given a mandate
    recorded: bool = False
    usual: bool = False  # on one of the golden paths of the procedure
    fills: bool = False  # not possible yet, but its page takes findings beforehand
    here: bool = True  # a step from the present state; others are told further down

    @property
    def name(self) -> str:
        return f"{self.part_key}.{self.step.name}" if self.part_key else self.step.name


@dataclass(frozen=True, slots=True)
class Together:
    """A step that several parts of a kind may take now: of many in one form, or each by itself."""

    choice: Choice  # of the first of them
    kind: str
    count: int

    @property
    def in_one_form(self) -> bool:
        return self.count > 1 and self.choice.for_whom is None and for_several(self.choice.step)


@dataclass(frozen=True, slots=True)
class Choices:
    """The steps of a case and its parts, sorted by what a person does with them."""

    all: tuple[Choice, ...] = field(default=())

    @property
    def steps(self) -> list[Choice]:
        """Transitions of the case that may be taken now, those of the usual path first."""
        found = [c for c in self.all if c.allowed and not c.part_key and c.step.kind == "transition"]
        return sorted(found, key=lambda c: not c.usual)

    @property
    def on_parts(self) -> list[Together]:
        """What may be done to parts of the case, each step once for all parts of a kind."""
        kinds = dict.fromkeys(kind_of(c.part_key) for c in self.all if c.part_key)
        return [one for kind in kinds for one in steps_on(kind, self.all)]

    @property
    def acts(self) -> list[Choice]:
        """Acts that may be done now: they change no state."""
        return [c for c in self.all if c.allowed and not c.part_key and c.step.kind == "act"]

    @property
    def refused(self) -> list[Choice]:
        """What belongs to the present state of the case and is not possible now."""
        return [c for c in self.all if not c.allowed and c.here and not c.part_key]

    @property
    def refused_on_parts(self) -> list[Choice]:
        """The same of the parts alone: what an agency that is asked may want to know."""
        return [c for c in self.all if not c.allowed and c.here and c.part_key]

    @property
    def distant(self) -> list[Choice]:
        """Steps of other states of the case: not possible now, with their reasons as well."""
        return [c for c in self.all if not c.allowed and not c.here and not c.part_key]


def kind_of(part_key: str) -> str:
    """Return the kind of a part: opinion of opinion-1."""
    return part_key.rpartition("-")[0]


def for_several(step: Step) -> bool:
    """Whether a step may be taken of several parts in one form: a file belongs to one of them."""
    return not any(asked.base == "file" for asked in step.ask)


def steps_on(kind: str, choices: Iterable[Choice]) -> list[Together]:
    """Return what may be done to parts of a kind, each step once, with how many parts may take it."""
    found: dict[tuple[str, User | None], list[Choice]] = {}
    for choice in choices:
        if choice.allowed and kind_of(choice.part_key) == kind:
            found.setdefault((choice.step.name, choice.for_whom), []).append(choice)
    return [Together(same[0], kind, len(same)) for same in found.values()]


def together(kind: str, choices: Iterable[Choice]) -> list[Together]:
    """Return the steps that several parts of a kind may take now in one form, the usual ones first."""
    found = [one for one in steps_on(kind, choices) if one.in_one_form]
    return sorted(found, key=lambda one: not one.choice.usual)


def choices_of(look: Look, *, whole: Container[str] = (), only: Part | None = None) -> Choices:
    """Return the steps of the case and its open parts as this person has them, mandates included.

    `whole`: keys of the parts of which every step is told, with what speaks against it; of the others what may be
    done. `only`: the one part that is asked about.
    """
    def asked(part: Part | None, step: Step) -> bool:
        return step.name not in ELSEWHERE and (only is None or (part is not None and part.pk == only.pk))

    def briefly(part: Part) -> bool:
        return part.key not in whole

    own = [_choice(look, p, None) for p in possibilities(look.case, look.viewer, look.now, of=asked, briefly=briefly)]
    named = {c.name for c in own}
    possible = {c.name for c in own if c.allowed}
    lent = {c.name: c for c in _lent(look, possible, asked, briefly)}
    more = [c for name, c in lent.items() if name not in named]
    return Choices((*(lent.get(c.name, c) for c in own), *more))


def _lent(look: Look, possible: set[str], asked: Wanted, briefly: Callable[[Part], bool]) -> Iterator[Choice]:
    """Yield what is possible only for somebody else who has given a mandate."""
    for grantor in grantors(look):
        found = possibilities(look.case, look.viewer, look.now, acting_for=grantor, of=asked, briefly=briefly)
        for one in found:
            if one.allowed and one.name not in possible:
                yield _choice(look, one, grantor)


def grantors(look: Look) -> list[User]:
    """Return whom the person may act for in this procedure today, whatever the step."""
    rows = Mandate.objects.in_force(local_day(look.now)).filter(grantee=look.viewer).select_related("grantor")
    found = {row.grantor_id: row.grantor for row in rows if not row.procedures or look.case.procedure in row.procedures}
    return list(found.values())


def open_to(possible: Possible, definition: Procedure) -> bool:
    """Whether the page of the step takes anything: it is possible, or findings due at it may be noted beforehand."""
    soft = not any(reason.code in HARD for reason in possible.reasons)
    return meets_itself(possible, definition) or (bool(possible.due) and soft)


def meets_itself(possible: Possible, definition: Procedure) -> bool:
    """Whether the step is possible, or lacks only what its own page asks for: fields due at it, ticks."""
    due = {field.name for field in possible.due}
    lacking = [r for r in possible.reasons if r.code != "form_complete" or _field_of(r) not in due]
    if not lacking or item_column(definition, possible) is None:
        return not lacking
    ticked = {guard.code for guard in possible.step.require if "part." in (guard.cel or "")}
    return all(reason.code in ticked for reason in lacking)


def _field_of(reason: Reason) -> str:
    """Return the field that a reason is about: `contacts` of dossier.contacts[0].phone."""
    return reason.path.partition(".")[2].partition("[")[0]


def item_column(definition: Procedure, possible: Possible) -> tuple[Field, Field] | None:
    """Return the table of the part and its yes-or-no column that a guard of the step reads."""
    if possible.part is None:
        return None
    read = " ".join(guard.cel or "" for guard in possible.step.require)
    for table in definition.part(possible.part.kind).fields:
        for column in table.columns:
            if column.base == "bool" and f"part.{table.name}" in read and f".{column.name}" in read:
                return table, column
    return None


def _choice(look: Look, possible: Possible, grantor: User | None) -> Choice:
    step, part = possible.step, possible.part
    return Choice(
        step=step,
        part_key=part.key if part is not None else "",
        part_title=look.part_title(part) if part is not None else "",
        title=label(step),
        allowed=meets_itself(possible, look.definition),
        fills=not possible.allowed and open_to(possible, look.definition),
        reasons=possible.reasons,
        href=address_of(look.case, part, step.name),
        for_whom=grantor,
        recorded=possible.recorded,
        usual=is_usual(look.definition, step, part.kind if part is not None else None),
        here=_is_here(look.case, part, step, possible.reasons),
    )


def _is_here(case: Case, part: Part | None, step: Step, reasons: Iterable[Reason]) -> bool:
    """Whether a step starts from where the record stands; an act does when nothing but its own conditions keeps it."""
    if step.kind == "act":
        return all(reason.code != "not_in_state" for reason in reasons)
    return (part.state if part is not None else case.state) in step.sources


def address_of(case: Case, part: Part | None, name: str) -> str:
    """Return the address of the page of a step."""
    if part is None:
        return reverse("step", args=[case.code, name])
    return reverse("part_step", args=[case.code, part.key, name])
