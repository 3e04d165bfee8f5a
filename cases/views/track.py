"""Follow a case without an account: the code and a second thing that only the filer knows. No names, no papers.

A wrong code and a wrong second thing get the same answer after the same work. What is asked comes by POST alone; the
address of a paper's QR code carries the code, never more.
"""
from __future__ import annotations

import hmac
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.clock import local_day, now
from accounts.phones import clean_phone
from cases.forms_opening import TrackForm
from cases.models import Case
from cases.office import office_values
from cases.procedures import definition_by
from cases.public_view import meaning, one_stop, progress, said
from cases.queries import spellings
from cases.services.waiting import last_day
from cases.throttle import TooMany, client_of, count
from workflows.definition import Procedure

CONTACTS = ("contact_phone", "contact_email")  # of the one-stop layer, which every procedure has
DIGITS = 4
UNTYPED = "\0"  # stands for a contact that is not there: a form takes no NUL, so nothing typed equals it


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Ask for code and second thing, and show where the case stands."""
    if request.method != "POST":
        form = TrackForm(initial={"code": request.GET.get("code", "")[:60]})
        return unlisted(render(request, "cases/track.html", {"form": form}))
    form = TrackForm(request.POST)
    if not form.is_valid():
        return unlisted(render(request, "cases/track.html", {"form": form}, status=422))
    try:
        count("track:place", client_of(request), most=30, seconds=300)
        code = plain_code(form.cleaned_data["code"])
        count("track:code", code, most=10, seconds=600)
        count("track:code:day", code, most=40, seconds=86_400)  # four digits must not be found out by trying
    except TooMany as many:
        return too_many(request, many)
    case = found_case(form.cleaned_data["code"], form.cleaned_data["factor"])
    if case is None:
        form.refuse()
        return unlisted(render(request, "cases/track.html", {"form": form}, status=422))
    return unlisted(render(request, "cases/tracked.html", story_of(case)))


def found_case(code: str, factor: str) -> Case | None:
    """Return the filed case whose code and second thing were given; an unknown code is compared with nobody's."""
    spelled = spellings(code, str(office_values(local_day(now())).get("agency_code", "")))
    asked = Case.objects.filter(Q(case_code__in=spelled) | Q(submission_code__in=spelled)).exclude(submitted_at=None)
    row = asked.values_list("pk", *(f"dossier__{name}" for name in CONTACTS)).first()
    phone, address = row[1:] if row is not None else (None, None)
    right = is_right(factor, str(phone or UNTYPED), str(address or UNTYPED))
    if row is None or not right:
        return None
    return Case.objects.select_related("definition").get(pk=row[0])


def is_right(factor: str, phone: str, address: str) -> bool:
    """Whether the second thing is the telephone's last digits (or the whole number) or the e-mail address."""
    typed = clean_phone(factor) if "@" not in factor else factor.strip().casefold()
    kept = (clean_phone(phone)[-DIGITS:], clean_phone(phone), address.strip().casefold())
    found = [hmac.compare_digest(typed.encode(), one.encode()) for one in kept]
    return any(found)


def plain_code(code: str) -> str:
    """Return a code as it is counted: however it is spelled, it is the same code."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def story_of(case: Case) -> dict[str, Any]:
    """Return what is shown without an account: status, dates, what the applicant must do in general words."""
    definition = definition_by(case.definition.hash)
    extended = case.attributes.get("extension_count") and case.due_on is not None
    return {
        "case": case, "procedure": definition, "meaning": meaning(case), "steps": progress(case), "extended": extended,
        "waits": case.public_status in (5, 6), "until": last_day(case, now()) if case.public_status in (5, 6) else None,
        "ways": ways_of(case, definition), "desk": one_stop(local_day(now())),
    }


def ways_of(case: Case, definition: Procedure) -> list[tuple[str, int, int]]:
    """Return where each row that is followed stands: the name of its table, its number, its public status; no words
    of the dossier."""
    found = []
    for kind in definition.parts:
        table = definition.field(kind.row_field.inner) if kind.row_field is not None else None
        if kind.row_field is None or table is None or not table.follow or not kind.public or kind.clock == "off":
            continue
        for part in case.parts.filter(kind=kind.code, attempt=case.attempt, ended=False):
            number = int(part.fields[kind.row_field.name])
            found.append((said(table.vi, table.en), number, kind.machine.state(part.state).public or 0))
    return sorted(found, key=lambda way: way[1])


def too_many(request: HttpRequest, many: TooMany) -> HttpResponse:
    """Say that it was tried too often, and when to come back (429)."""
    answer = render(request, "429.html", status=429)
    answer.headers["Retry-After"] = str(many.wait)
    return unlisted(answer)


def unlisted(answer: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
