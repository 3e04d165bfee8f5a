"""The counter: an officer of the one-stop unit opens a case for somebody present or by post, on the same form.

Whoever has filed before is found by telephone, number of identity or e-mail, written in full into a form that is
posted; what is known of the party comes along, the papers of the last case of the procedure are offered.
"""
from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.access import for_people, signed_in
from accounts.clock import local_day, now
from accounts.models import Organisation, User
from cases.counter import at_counter, drafts_of, known_by, last_procedure, latest_of, party_values
from cases.filing import first_values
from cases.forms_opening import CounterForm, PartyForm, WhoseForm
from cases.models import Case
from cases.procedures import open_to_people
from cases.public_view import said
from cases.services import Outcome, open_case
from cases.services.views_log import log_view
from cases.views.answers import carried, hidden, key_of, tried
from cases.views.filing import forgiving, open_procedure
from workflows.definition import Procedure
from workflows.errors import Reason

KNOWN = "known"  # a party without an account was found, and the form says which


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def counter(request: HttpRequest) -> HttpResponse:
    """Ask what is filed and for whom, and open the draft."""
    if not at_counter(signed_in(request), now()):
        raise Http404
    form = counter_form(request)
    if request.method != "POST" or not form.is_valid():
        return counter_page(request, form)
    person: User | None = form.cleaned_data["account"]
    whose = whose_form(request, person) or party_form(request, form.parties)
    if whose is not None and not whose.is_valid():
        return counter_page(request, form, whose)
    outcome, reasons = tried(lambda: opened(request, form.cleaned_data, whose))
    if outcome is None:
        return counter_page(request, form, whose, reasons)
    return redirect("case_counter", outcome.case.code)


def counter_form(request: HttpRequest) -> CounterForm:
    """Return the form with the procedures of today."""
    procedures = [(p.procedure, said(p.vi, p.en)) for p in open_to_people(local_day(now()))]
    data, officer = request.POST if request.method == "POST" else None, signed_in(request)
    known = functools.partial(known_by, officer=officer, now=now())
    return CounterForm(data, procedures=procedures, known=known, usual=last_procedure(officer))


def whose_form(request: HttpRequest, person: User | None) -> WhoseForm | None:
    """Return the question in whose name the account's case stands; it confirms that the right account was found."""
    if person is None:
        return None
    organisations = list(Organisation.objects.of_member(person, local_day(now())))
    asked = request.POST if request.POST.get("_found") == str(person.pk) else None  # None: not asked yet
    return WhoseForm(asked, organisations=organisations, person=person)


def party_form(request: HttpRequest, parties: Sequence[Case]) -> PartyForm | None:
    """Return the question which of the parties found it is; None: nobody was looked for."""
    if not parties:
        return None
    return PartyForm(request.POST if request.POST.get("_found") == KNOWN else None, parties=parties)


def opened(request: HttpRequest, asked: dict[str, Any], whose: WhoseForm | PartyForm | None) -> Outcome:
    """Open the draft with what is known; without an account the applicant is known by the dossier alone."""
    person: User | None = asked["account"]
    organisation = whose.organisation if isinstance(whose, WhoseForm) else None
    procedure = open_procedure(asked["procedure"])
    values = first_values(procedure, person, organisation, channel=asked["channel"])
    source = source_of(request, person, organisation, whose)
    values = {**told_by(request, source, procedure), **values}
    return forgiving(values, lambda given: open_case(
        procedure=asked["procedure"], actor=signed_in(request), applicant=person, organisation=organisation, now=now(),
        values=given, idempotency_key=key_of(request),
    ))


def source_of(
    request: HttpRequest, person: User | None, organisation: Organisation | None, whose: WhoseForm | PartyForm | None
) -> Case | None:
    """Return the earlier case that says most of the party: the one chosen, or the account's last."""
    if isinstance(whose, PartyForm):
        return whose.source
    return latest_of(person, organisation, signed_in(request), now()) if person is not None else None


def told_by(request: HttpRequest, source: Case | None, procedure: Procedure) -> dict[str, Any]:
    """Return what the earlier case says of the party; that sensitive values were taken is noted there."""
    if source is None:
        return {}
    officer, at = signed_in(request), now()
    values = party_values(source, procedure, officer, at)
    sensitive = [field.name for field in procedure.fields if field.name in values and field.sensitive]
    if sensitive:
        purpose = gettext("Nhập hồ sơ mới tại quầy cho cùng người nộp")
        log_view(case=source, person=officer, what=",".join(sensitive), purpose=purpose, now=at)
    return values


def counter_page(
    request: HttpRequest, form: CounterForm, whose: WhoseForm | PartyForm | None = None,
    reasons: tuple[Reason, ...] = (),
) -> HttpResponse:
    """Show the counter: the question, and what this officer has begun."""
    kept = carried(request) if request.method == "POST" else hidden()
    person = form.cleaned_data.get("account") if isinstance(whose, WhoseForm) else None
    facts = {
        "form": form, "whose": whose, "found": person, "reasons": reasons, "mark": person.pk if person else KNOWN,
        "drafts": drafts_of(signed_in(request))[:10], **kept,
    }
    wrong = bool(form.errors or reasons or (whose is not None and whose.errors))
    return render(request, "cases/counter.html", facts, status=422 if wrong else 200)
