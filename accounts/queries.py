"""What the administrator's pages show."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.event_words import words_of
from accounts.models import AccountEvent, Mandate, OrgUnit, RoleHeld, User, unit_path
from accounts.role_names import role_name


def people_named(text: str) -> QuerySet[User]:
    """Return everybody whose name or address holds the text; the officers when nothing is asked."""
    if not text:
        return User.objects.filter(is_officer=True)
    return User.objects.filter(Q(full_name__icontains=text) | Q(email__icontains=text))


def with_roles(people: Sequence[User], day: dt.date) -> list[tuple[User, list[str]]]:
    """Return each person with the words for what they hold on the day (one statement for all)."""
    words: defaultdict[Any, list[str]] = defaultdict(list)
    for row in RoleHeld.objects.in_force(day).filter(user__in=people).select_related("unit"):
        words[row.user_id].append(f"{role_name(row.role)} – {row.unit}")
    return [(person, words[person.pk]) for person in people]


def person_facts(person: User, day: dt.date) -> dict[str, Any]:
    """Return what the page of a person shows: everything held, given and received; what is in force is marked."""
    given = Mandate.objects.filter(Q(grantor=person) | Q(grantee=person)).select_related("grantor", "grantee")
    in_force = set(Mandate.objects.in_force(day).filter(pk__in=given).values_list("pk", flat=True))
    holding = set(RoleHeld.objects.of(person, day).values_list("pk", flat=True))
    roles = person.roles.select_related("unit").order_by("-valid_from")
    return {
        "person": person,
        "today": day,
        "roles": [(row, role_name(row.role), row.pk in holding) for row in roles],
        "mandates": [(row, role_name(row.role), row.pk in in_force) for row in given],
        "absences": person.absences.select_related("substitute"),
        "events": [(event, words_of(event)) for event in AccountEvent.objects.about(person)[:50]],
    }


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in the tree of units: how deep it stands."""

    unit: OrgUnit
    depth: int


def unit_tree(day: dt.date) -> list[UnitLine]:
    """Return the units of the day, each below the one that it belongs to."""
    paths = {u: unit_path(u, day) for u in OrgUnit.objects.in_force(day).select_related("parent")}
    lines = sorted(paths, key=lambda u: [above.code for above in reversed(paths[u])])
    return [UnitLine(u, len(paths[u]) - 1) for u in lines]


def former_units(day: dt.date) -> QuerySet[OrgUnit]:
    """Return units and former names whose last day is over."""
    return OrgUnit.objects.filter(valid_to__lt=day).select_related("successor").order_by("-valid_to")
