"""The auditor's page of one case: its whole history; a look at one sensitive value; the check."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from accounts.clock import now
from audit.access import with_history
from audit.history import History
from audit.record import verify
from audit.verify import Report
from cases.models import Case
from cases.procedures import definition_by
from cases.services.views_log import log_view

LEAST_PURPOSE, MOST_PURPOSE = 5, 500


@require_safe
@never_cache
@with_history
def history(request: HttpRequest, case: Case) -> HttpResponse:
    """Show the history of a case, the newest events first."""
    return page(request, case)


def page(request: HttpRequest, case: Case, report: Report | None = None) -> HttpResponse:
    """Return the page, with the result of a check when there was one."""
    before = request.GET.get("before", "")
    read = History(case, signed_in(request), now(), before=int(before) if before.isdecimal() else None)
    definition = definition_by(case.definition.hash)
    state = next((s for s in definition.machine.states if s.code == case.state), None)
    facts = {"case": case, "definition": definition, "state": state, "read": read, "report": report}
    return render(request, "audit/case.html", facts)


@require_POST
@never_cache
@with_history
def check(request: HttpRequest, case: Case) -> HttpResponse:
    """Verify the history of this case, its documents and its files, and say the result on the page."""
    return page(request, case, verify(Case.objects.filter(pk=case.pk), whole=False))


@require_POST
@never_cache
@with_history
def look(request: HttpRequest, case: Case, seq: int, name: str) -> HttpResponse:
    """Show one sensitive value to an auditor who says what for; the look is recorded before the value is shown."""
    moment, viewer = now(), signed_in(request)
    read = History(case, viewer, moment)
    found = read.value(seq, name)
    if found is None:
        raise Http404
    purpose = request.POST.get("purpose", "").strip()[:MOST_PURPOSE]
    facts = {"case": case, "seq": seq, "input": found, "purpose": purpose}
    if len(purpose) < LEAST_PURPOSE:
        short = "purpose" in request.POST
        return render(request, "audit/look.html", {**facts, "asks": True, "short": short}, status=422 if short else 200)
    log_view(case=case, person=viewer, what=f"event:{seq}.{name}", purpose=purpose, now=moment)
    return render(request, "audit/look.html", facts)
