"""The page of a step: what will happen, what is asked, the draft to be read; and the step itself."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.clock import now
from cases.access import may_open
from cases.effects import paper_as_html
from cases.models import Case, Part
from cases.presentation.asking import Sheet, sheet_of
from cases.presentation.comparing import comparing_of
from cases.presentation.dossier import attachments_of, blocks_of
from cases.presentation.effects import effects_of
from cases.presentation.face import Look
from cases.presentation.letters import letters_to
from cases.presentation.steps import address_of, grantors, open_to
from cases.services import Outcome, possibilities
from cases.views.answers import carried, hidden, refused_page, store_uploads, tried
from cases.views.cosigned import ANSWERS, answer_page
from cases.views.drawing import drawn_panels
from cases.views.finding import with_case
from cases.views.onwards import see_other
from cases.views.taking import Preview, Taking, docx_answer
from workflows.definition import Step
from workflows.errors import Reason

FOR = "_for"


@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def step(request: HttpRequest, case: Case, name: str, key: str = "") -> HttpResponse:
    """Ask for what a step needs and take it. A step that is not possible is told with every reason (422)."""
    look = Look(case, signed_in(request), now())
    part = visible_part(look, key)
    if name in ANSWERS and (part or case).proposal is not None:
        return answer_page(request, look, part, name)
    taking = taking_of(request, look, part, name)
    if taking.possible is None:
        return unknown(request, taking)
    if not open_to(taking.possible, look.definition):
        return refused(request, taking)
    if request.method == "POST":
        return posted(request, taking, sheet_of(look, taking.possible, request.POST, request.FILES))
    return shown(request, taking, sheet_of(look, taking.possible))


def visible_part(look: Look, key: str) -> Part | None:
    """Return the part of the address. Raises Http404 for one that does not exist or is not for the viewer."""
    if not key:
        return None
    found = next((p for p in look.seen_parts if p.key == key), None)
    if found is None:
        raise Http404
    return found


def taking_of(request: HttpRequest, look: Look, part: Part | None, name: str) -> Taking:
    """Return the step as the person may take it: in the own name, or for whom the form says."""
    asked = request.POST.get(FOR, "") or request.GET.get("for", "")
    grantor = next((g for g in grantors(look) if str(g.pk) == asked), None)
    key = part.key if part is not None else ""

    def named(of: Part | None, step: Step) -> bool:
        return step.name == name and (of.key if of is not None else "") == key

    possible = next(iter(possibilities(look.case, look.viewer, look.now, acting_for=grantor, of=named)), None)
    return Taking(look, part, name, grantor, possible)


def unknown(request: HttpRequest, taking: Taking) -> HttpResponse:
    """Say that nobody takes such a step here; an attempt is remembered like any other."""
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST":
        _, reasons = tried(lambda: taking.advance(request, {}))
    none = Reason("not_in_state", "Không ai thực hiện bước này ở đây", "Nobody takes such a step here")
    return refused_page(request, reasons or (none,), back=reverse("case", args=[taking.look.case.code]))


def refused(request: HttpRequest, taking: Taking) -> HttpResponse:
    """Tell every reason why the step is not possible; a form that came late is stale first (409)."""
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST":
        outcome, reasons = tried(lambda: taking.advance(request, {}))
        if outcome is not None:
            return onwards(taking, outcome)
    return shown(request, taking, None, reasons=reasons or (taking.possible.reasons if taking.possible else ()))


def posted(request: HttpRequest, taking: Taking, sheet: Sheet) -> HttpResponse:
    """Read the form: show another row, keep findings, show the draft, or take the step."""
    if sheet.form.row_changed:
        return shown(request, taking, sheet)
    taking.check_version(request)
    well = sheet.form.is_valid()
    if "save" in request.POST:
        return saved(request, taking, sheet)
    status = store_uploads(request, taking.look.case, sheet.form, part_key=taking.part_key)
    if status or not well:
        return shown(request, taking, sheet, status=status or 422)
    return previewed(request, taking, sheet) if "preview" in request.POST else taken(request, taking, sheet)


def saved(request: HttpRequest, taking: Taking, sheet: Sheet) -> HttpResponse:
    """Keep what is due at the step in the dossier or part without taking the step."""
    status = store_uploads(request, taking.look.case, sheet.form, part_key=taking.part_key)
    if status:
        return shown(request, taking, sheet, status=status)
    outcome, reasons = tried(lambda: taking.save(request, sheet.due_data()))
    if outcome is None:
        return refilled(request, taking, sheet, reasons)
    messages.success(request, gettext("Đã lưu nội dung; chưa chuyển bước."))
    return see_other(taking.address)


def previewed(request: HttpRequest, taking: Taking, sheet: Sheet) -> HttpResponse:
    """Show the papers that the step would make, marked as drafts; nothing of them is stored."""
    drafts, reasons = tried(lambda: taking.drafts(sheet.data()))
    wanted = next((d for d in drafts or [] if d[0].code == request.POST["preview"]), None)
    if wanted is not None:
        return docx_answer(*wanted)
    return shown(request, taking, sheet, reasons=reasons, drafts=drafts)


def taken(request: HttpRequest, taking: Taking, sheet: Sheet) -> HttpResponse:
    """Take the step and lead to the case, where the outcome is told."""
    outcome, reasons = tried(lambda: taking.advance(request, sheet.data()))
    return onwards(taking, outcome) if outcome is not None else refilled(request, taking, sheet, reasons)


def refilled(request: HttpRequest, taking: Taking, sheet: Sheet, reasons: Sequence[Reason]) -> HttpResponse:
    """Show the form with what was typed and every reason, at its control where it has one."""
    sheet.reasons = reasons
    sheet.form.refuse([reason for reason in reasons if reason not in sheet.unplaced])
    return shown(request, taking, sheet, reasons=reasons)


def onwards(taking: Taking, outcome: Outcome) -> HttpResponse:
    """Lead to the case; to the queue when the step has taken it out of the person's sight."""
    case = outcome.case
    if not may_open(case, taking.look.viewer, taking.look.now):
        return see_other("queue")
    return see_other(f"{reverse('case', args=[case.code])}?done={outcome.event['seq']}")


def asked_of(request: HttpRequest, look: Look, part: Part) -> dict[str, Any]:
    """Return what an agency needs to answer: the letter, the matter, its files."""
    return {
        "letters": letters_to(look, part),
        "blocks": blocks_of(look),
        "attachments": attachments_of(look),
        "panels": drawn_panels(request, look),
    }


def shown(
    request: HttpRequest,
    taking: Taking,
    sheet: Sheet | None,
    *,
    reasons: Sequence[Reason] = (),
    drafts: Preview | None = None,
    status: int = 0,
) -> HttpResponse:
    """Show the page of the step."""
    possible = taking.possible
    if sheet is not None:
        sheet.reasons = reasons
    again = request.method == "POST"
    facts: dict[str, Any] = {
        "look": taking.look,
        "case": taking.look.case,
        "taking": taking,
        "sheet": sheet,
        "form": sheet.form if sheet is not None else None,
        "effects": effects_of(taking.look, possible) if possible is not None else None,
        "reasons": sheet.unplaced if sheet is not None else reasons,
        "lacking": possible.reasons if possible is not None and sheet is not None and not again else (),
        "drafts": [(paper, paper_as_html(body)) for paper, body in drafts or []],
        "comparing": comparing_of(taking.look, taking.part, possible.step) if possible is not None else None,
        "hidden": carried(request) if again else {**hidden(), "version": taking.version},
        "here": address_of(taking.look.case, taking.part, taking.name),
    }
    if taking.look.outside and taking.part is not None:
        facts |= asked_of(request, taking.look, taking.part)
    return render(request, "cases/step.html", facts, status=status or (422 if reasons else 200))
