"""The counter: an officer of the one-stop unit opens a case for somebody present or by post, on the same form."""
from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import for_people, signed_in
from accounts.clock import local_day, now
from accounts.models import Organisation, User
from cases.counter import at_counter, drafts_of
from cases.filing import first_values
from cases.forms_opening import CounterForm, WhoseForm
from cases.procedures import open_to_people
from cases.public_view import said
from cases.services import Outcome, open_case
from cases.views.answers import carried, hidden, key_of, tried
from cases.views.filing import forgiving, open_procedure
from workflows.errors import Reason


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def counter(request: HttpRequest) -> HttpResponse:
    """Ask what is filed and for whom, and open the draft."""
    officer = signed_in(request)
    if not at_counter(officer, now()):
        raise Http404
    form = counter_form(request)
    if request.method != "POST" or not form.is_valid():
        return counter_page(request, form)
    person: User | None = form.cleaned_data["account"]
    whose = whose_form(request, person)
    if whose is not None and not whose.is_valid():
        return counter_page(request, form, whose)
    organisation = whose.organisation if whose is not None else None
    outcome, reasons = tried(lambda: opened(request, form.cleaned_data, organisation))
    if outcome is None:
        return counter_page(request, form, whose, reasons)
    return redirect("case_edit", outcome.case.code)


def counter_form(request: HttpRequest) -> CounterForm:
    """Return the form with the procedures of today."""
    procedures = [(p.procedure, said(p.vi, p.en)) for p in open_to_people(local_day(now()))]
    return CounterForm(request.POST if request.method == "POST" else None, procedures=procedures)


def whose_form(request: HttpRequest, person: User | None) -> WhoseForm | None:
    """Return the question in whose name the account's case stands; it confirms that the right account was found."""
    if person is None:
        return None
    organisations = list(Organisation.objects.of_member(person, local_day(now())))
    asked = request.POST if request.POST.get("_found") == str(person.pk) else None  # None: not asked yet
    return WhoseForm(asked, organisations=organisations, person=person)


def opened(request: HttpRequest, asked: dict[str, Any], organisation: Organisation | None) -> Outcome:
    """Open the draft; without an account the applicant is known by the dossier alone."""
    person: User | None = asked["account"]
    procedure = open_procedure(asked["procedure"])
    values = first_values(procedure, person, organisation, channel=asked["channel"])
    return forgiving(values, lambda given: open_case(
        procedure=asked["procedure"], actor=signed_in(request), applicant=person, organisation=organisation, now=now(),
        values=given, idempotency_key=key_of(request),
    ))


def counter_page(
    request: HttpRequest, form: CounterForm, whose: WhoseForm | None = None, reasons: tuple[Reason, ...] = ()
) -> HttpResponse:
    """Show the counter: the question, and what this officer has begun."""
    kept = carried(request) if request.method == "POST" else hidden()
    found = form.cleaned_data.get("account") if whose is not None else None
    facts = {
        "form": form, "whose": whose, "found": found, "reasons": reasons,
        "drafts": drafts_of(signed_in(request))[:10], **kept,
    }
    wrong = bool(form.errors or reasons or (whose is not None and whose.errors))
    return render(request, "cases/counter.html", facts, status=422 if wrong else 200)
