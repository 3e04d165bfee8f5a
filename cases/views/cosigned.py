"""The second person's page: what somebody proposes, with the drafts to be read; agree, decline, or take it back."""
from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.models import User
from cases.effects import paper_as_html
from cases.models import Part
from cases.presentation.cosigned import AGREE, DECLINE, TAKE_BACK, Pending, pending_at
from cases.presentation.effects import effects_of
from cases.presentation.face import Look
from cases.presentation.steps import address_of
from cases.services import Outcome, do_act, possibilities, preview_step
from cases.views.answers import carried, hidden, key_of, refused_page, tried, version_of
from cases.views.onwards import see_other
from cases.views.taking import Preview
from workflows.errors import Reason

ANSWERS = (AGREE, DECLINE, TAKE_BACK)


def answer_page(request: HttpRequest, look: Look, part: Part | None, name: str) -> HttpResponse:
    """Ask for the answer to a proposal; take it."""
    pending = pending_at(look, part)
    if pending is None or not (pending.mine if name == TAKE_BACK else pending.may_answer):
        return not_yours(request, look, part, name)
    if request.method != "POST" or "preview" in request.POST:
        drafts, reasons = tried(lambda: drafts_of(look, pending)) if "preview" in request.POST else (None, ())
        return shown(request, look, pending, name, drafts, reasons)
    outcome, reasons = tried(lambda: answered(request, look, part, name))
    if outcome is None:
        return shown(request, look, pending, name, None, reasons)
    return see_other(f"{reverse('case', args=[look.case.code])}?done={outcome.event['seq']}")


def not_yours(request: HttpRequest, look: Look, part: Part | None, name: str) -> HttpResponse:
    """Say whose answer is awaited; an attempt is refused by the service and remembered."""
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST":
        outcome, reasons = tried(lambda: answered(request, look, part, name))
        if outcome is not None:
            return see_other("case", look.case.code)
    waits = Reason("cosign_pending", "Đang chờ người thứ hai đồng ý", "The yes of a second person is awaited")
    return refused_page(request, reasons or (waits,), back=reverse("case", args=[look.case.code]))


def answered(request: HttpRequest, look: Look, part: Part | None, name: str) -> Outcome:
    """Give the answer."""
    return do_act(
        case_id=look.case.pk, act=name, part_id=part.key if part is not None else None, actor=look.viewer,
        now=look.now, expected_version=version_of(request), idempotency_key=key_of(request),
        data={"reason": request.POST.get("reason", "").strip()},
    )


def drafts_of(look: Look, pending: Pending) -> Preview:
    """Return the papers that the proposed step would make, as its proposer would make them."""
    grantor = pending.acting_for
    return preview_step(
        case_id=look.case.pk, name=pending.step.name, part_id=pending.part.key if pending.part else None,
        actor=pending.by, now=look.now, data=pending.data,
        acting_for=User.objects.filter(pk=uuid.UUID(grantor)).first() if grantor else None,
    )


def shown(
    request: HttpRequest, look: Look, pending: Pending, name: str, drafts: Preview | None, reasons: tuple[Reason, ...]
) -> HttpResponse:
    """Show what is proposed, and the one answer that the address names."""
    found = possibilities(
        look.case, pending.by, look.now, of=lambda part, step: (step.name, part) == (pending.step.name, pending.part)
    )
    step, again = next(iter(found), None), request.method == "POST"
    record = pending.part if pending.part is not None else look.case
    facts = {
        "look": look, "case": look.case, "pending": pending, "name": name, "reasons": reasons,
        "effects": effects_of(look, step) if step is not None else None,
        "drafts": [(paper, paper_as_html(body)) for paper, body in drafts or []],
        "hidden": {**(carried(request) if again else hidden()), "version": record.version},
        "here": address_of(look.case, pending.part, name),
        "reason": request.POST.get("reason", ""),
        "rendered": step is not None and step.step.papers.any,
    }
    return render(request, "cases/cosign.html", facts, status=422 if reasons else 200)
