"""Who is told: the people behind the roles that a notice names (notifications.md §1, §3.7)."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from accounts.models import RoleHeld, User
from accounts.roles import holders, substitutes_of
from cases.access import APPLICANTS, DIVISION, Holding, counts, held_on
from cases.ledger_access import row_spec
from cases.models import Case, Part
from notifications.occasion import SYSTEM, Occasion

CONSULTEE = "consultee"
OPINION, DROPPED = "opinion", "dropped"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person, the roles of the notice that are theirs, the part that they are asked about, for whom they stand in."""

    user: User
    roles: tuple[str, ...]
    part: Part | None = None
    absent: User | None = None

    @property
    def applies(self) -> bool:
        """Whether the person is told as the one who filed."""
        return bool(APPLICANTS & set(self.roles))


def recipients_of(occasion: Occasion, roles: Iterable[str]) -> list[Recipient]:
    """Return each person once, whatever the number of their roles; whoever acted knows it and is left out.

    Roles without anybody in the system give nobody: paper goes to them through the one-stop unit.
    """
    told = [r for r in people_of(occasion, roles) if not _acted(occasion, r.user)]
    return told + [r for r in _substitutes(occasion, told) if not _acted(occasion, r.user)]


def people_of(occasion: Occasion, roles: Iterable[str]) -> list[Recipient]:
    """Return the people behind the roles, each once, those who acted among them."""
    found: dict[object, Recipient] = {}
    for role in roles:
        for user, part in _people(occasion, role):
            known = found.get(user.pk)
            roles_so_far = known.roles if known is not None else ()
            found[user.pk] = Recipient(user, (*roles_so_far, role), part or (known.part if known else None))
    return list(found.values())


def _acted(occasion: Occasion, user: User) -> bool:
    return str(user.pk) in (occasion.event.actor, occasion.cause.actor)


def _people(occasion: Occasion, role: str) -> Iterable[tuple[User, Part | None]]:
    if role == SYSTEM:
        return ()
    if occasion.case.in_ledger and role == row_spec(occasion.definition).holder_role:
        return [(occasion.case.holder, None)] if occasion.case.holder is not None else []
    if role in APPLICANTS:
        return ((user, None) for user in applicants(occasion.case, occasion))
    if role == CONSULTEE:
        return _asked(occasion)
    return ((user, None) for user in _office(occasion, role))


def applicants(case: Case, occasion: Occasion) -> Iterator[User]:
    """Yield who filed the case and the members of the organisation that it belongs to, those with an open account."""
    filed_by = case.applicant
    if filed_by is not None and filed_by.is_active:
        yield filed_by
    if case.organisation is not None:
        others = case.organisation.members_in_force(occasion.day)
        yield from others.exclude(pk=filed_by.pk) if filed_by is not None else others


def _asked(occasion: Occasion) -> Iterator[tuple[User, Part]]:
    for part in _asked_parts(occasion):
        for user in holders(CONSULTEE, str(part.fields.get("agency") or "-"), occasion.day):
            yield user, part


def _asked_parts(occasion: Occasion) -> Sequence[Part]:
    """Return the part of the step; else the opinions that it opened; else every opinion asked in this attempt."""
    if occasion.part is not None:
        return [occasion.part]
    opened = [part for part in occasion.opened_parts() if part.kind == OPINION]
    asked = occasion.case.parts.filter(kind=OPINION, attempt=occasion.case.attempt, ended=False)
    return opened or list(asked.exclude(state=DROPPED).order_by("pk"))


def _office(occasion: Occasion, role: str) -> Iterator[User]:
    held = RoleHeld.objects.with_role(role, occasion.day).select_related("user", "unit")
    for row in held.order_by("user__full_name", "pk"):
        holding = held_on(occasion.day, role, row.unit_id, row.unit.code, row.unit.kind)
        if _concerned(holding, occasion.case) and counts(holding, occasion.case, occasion.part, row.user):
            yield row.user


def _concerned(holding: Holding, case: Case) -> bool:
    """A case that no division has been given yet is not told to every division."""
    return holding.unit_kind != DIVISION or case.unit_id is not None


def _substitutes(occasion: Occasion, told: Sequence[Recipient]) -> Iterator[Recipient]:
    """Yield who holds the tasks of absent officers; an applicant's own case is nobody else's."""
    known = {r.user.pk for r in told}
    for away in (r for r in told if not r.applies):
        for user in substitutes_of(away.user, occasion.day):
            if user.pk not in known:
                known.add(user.pk)
                yield Recipient(user, away.roles, away.part, away.user)
