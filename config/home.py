"""The front door: what Hoso is, for visitors; the way to one's own work, for whoever is signed in."""
from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.clock import local_day, now
from accounts.models import User
from cases import queries
from cases.access import own_cases
from cases.procedures import definition_of, open_to_people
from config.context import exists, kinds_of
from workflows.definition import Procedure

RECENT = 5
QUEUE = "/queue/"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the start page, or a signed-in person's own first page."""
    if isinstance(request.user, User):
        return render(request, "home/signed_in.html", own_page(request.user))
    return render(request, "home/start.html", {"procedures": procedures_in_force(), "can_track": exists("/track/")})


def own_page(user: User) -> dict[str, Any]:
    """Return what a person finds on the first page: roles, own cases, work that waits."""
    kinds = kinds_of(user)
    found: dict[str, Any] = {"kinds": kinds, "can_queue": exists(QUEUE)}
    if "officer" in kinds:
        found["work"] = work_waiting(user)
    if "applicant" in kinds:
        mine = own_cases(user, now()).order_by("-saved_at")
        found["drafts"] = [
            (case, definition_of(case.definition_id)) for case in mine.filter(submitted_at=None, closed=False)[:RECENT]
        ]
        found["cases"] = mine.exclude(submitted_at=None)[:RECENT]
        found["procedures"] = procedures_in_force()
    return found


def work_waiting(user: User) -> dict[str, int]:
    """Return how many open tasks wait for the person, as the queue counts them: mine, free to take, due today, late."""
    counted = queries.counts(queries.desk_of(user, now()))
    return {"mine": counted["mine"], "free": counted["unit"], "today": counted["soon"], "late": counted["late"]}


def procedures_in_force() -> list[Procedure]:
    """Return the procedures that take cases of applicants today."""
    return open_to_people(local_day(now()))
