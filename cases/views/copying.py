"""Copy into a draft what an earlier case of the same party says: choose the case, look, tick, take."""
from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from accounts.clock import local_day, now
from cases.access import roles_to_look
from cases.copying import Copying, Offer, earlier_cases
from cases.filing import Filing
from cases.forms_choices import all_choices
from cases.models import Case
from cases.services import dossier_faults, save_dossier
from cases.services.views_log import log_view
from cases.views.answers import hidden, tried, version_of
from cases.views.drafting import with_draft
from workflows.errors import Reason

MOST = 50


@require_safe
@with_draft
def earlier(request: HttpRequest, filing: Filing) -> HttpResponse:
    """Show the earlier cases to copy from."""
    found = earlier_cases(filing.case, signed_in(request), now())[:MOST]
    facts = {"filing": filing, "case": filing.case, "procedure": filing.definition, "earlier": found}
    return render(request, "cases/copy/earlier.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@with_draft
def copy_from(request: HttpRequest, filing: Filing, source: str) -> HttpResponse:
    """Show what a case offers; take what is ticked."""
    found = source_of(request, filing, source)
    person = signed_in(request)
    choices = all_choices(filing.definition.fields, local_day(now()), filing.definition, person)
    offers = Copying(found, filing.case, roles_to_look(found, person, now()), choices).offers()
    if request.method != "POST":
        return page(request, filing, found, offers)
    taken = [offer for offer in offers if offer.spec.name in request.POST.getlist("take")]
    reasons = copied(request, filing, found, taken)
    if reasons:
        return page(request, filing, found, offers, reasons)
    messages.success(request, gettext("Đã chép %(n)d mục. Hãy xem lại từng trang của bản khai.") % {"n": len(taken)})
    return redirect("case_counter" if filing.at_counter else "case_edit", filing.case.code)


def source_of(request: HttpRequest, filing: Filing, source: str) -> Case:
    """Return the earlier case of a code. Raises Http404 for any other."""
    code = source.strip().upper()
    seen = earlier_cases(filing.case, signed_in(request), now())
    found = seen.filter(Q(case_code=code) | Q(submission_code=code)).first() if len(code) <= 60 else None
    if found is None:
        raise Http404
    return found


def copied(request: HttpRequest, filing: Filing, source: Case, taken: Sequence[Offer]) -> tuple[Reason, ...]:
    """Save what is ticked, noting at the earlier case what sensitive values were taken; return every reason why not."""
    if not taken:
        vi, en = "Hãy chọn ít nhất một mục để chép", "Tick at least one thing to copy"
        return (Reason("nothing_ticked", vi, en),)
    person, case = signed_in(request), filing.case
    names = [name for offer in taken for name in offer.names]
    if names:
        purpose = gettext("Chép sang hồ sơ đang soạn %(code)s") % {"code": case.code}
        log_view(case=source, person=person, what=",".join(names), purpose=purpose, now=now())
    values = {offer.spec.name: offer.value for offer in taken}
    _, reasons = tried(lambda: save_dossier(
        case_id=case.pk, actor=person, now=now(), values=values, expected_version=version_of(request)
    ))
    return reasons


def page(
    request: HttpRequest, filing: Filing, source: Case, offers: Sequence[Offer], reasons: Sequence[Reason] = ()
) -> HttpResponse:
    """Show the offers: ticked are those that the draft does not say yet and that fit it."""
    values = {offer.spec.name: offer.value for offer in offers}
    said = dossier_faults(filing.case, signed_in(request), now(), values)
    wrong = {name: [r for r in said if r.path.partition("[")[0] == name] for name in values}
    fitting = [one.spec.name for one in offers if not one.present and not wrong[one.spec.name]]
    ticked = request.POST.getlist("take") if request.method == "POST" else fitting
    lines = [(one, wrong[one.spec.name], one.spec.name in ticked) for one in offers]
    facts = {
        "filing": filing, "case": filing.case, "procedure": filing.definition, "source": source, "lines": lines,
        "reasons": reasons, **hidden(filing.case),
    }
    return render(request, "cases/copy/offers.html", facts, status=422 if reasons else 200)
