"""The applicant's page of a case: what stands, what comes next, what is asked of me; and the list of own cases."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from accounts.access import for_people, signed_in
from accounts.clock import local_day, now
from accounts.models import User
from cases.access import APPLICANTS, holdings, own_cases
from cases.applicant_side import Side, changes_of, side_of, supplements_of
from cases.due import explain_due
from cases.filing import is_draft
from cases.models import Case
from cases.panels import panels
from cases.presentation.face import Look
from cases.presentation.next_step import next_of
from cases.presentation.public_parts import Followed, PublicCard, PublicShelf, followed_rows, public_shelves
from cases.procedures import definition_by
from cases.public_view import meaning, one_stop, progress, said, timeline
from cases.sections import sections_of
from cases.showing import rows_of
from workflows.definition import Procedure

SHOWN_EVENTS, PAGE = 100, 30


@require_safe
@for_people
def cases(request: HttpRequest) -> HttpResponse:
    """Show a person's own cases and those of the own organisations; who only works on cases is led to the queue."""
    person, moment = signed_in(request), now()
    mine = own_cases(person, moment).select_related("organisation", "definition")
    if holdings(person, moment) and not mine.exists():
        return redirect("queue")
    page = Paginator(mine.exclude(submitted_at=None).order_by("-submitted_at"), PAGE).get_page(request.GET.get("page"))
    drafts = list(mine.filter(submitted_at=None, closed=False).order_by("-saved_at")[:PAGE])
    for case in (*page, *drafts):
        procedure = definition_by(case.definition.hash)
        case.name = said(procedure.vi, procedure.en)  # type: ignore[attr-defined]  # for the template alone
    facts = {
        "cases": list(page), "drafts": drafts, "total": page.paginator.count, "shown": len(page),
        "newer": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "older": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "cases/mine.html", facts)


def applicant_page(request: HttpRequest, case: Case) -> HttpResponse:
    """Show a case to who filed it; a draft leads to where it is written."""
    if is_draft(case):
        return redirect("case_edit", case.code)
    person, moment = signed_in(request), now()
    definition = definition_by(case.definition.hash)
    side = side_of(case, person, moment)
    look, doings = Look(case, person, moment), (*side.asked, *side.free)
    shelves, rows = public_shelves(look, doings), followed_rows(look, doings)
    facts = {
        "case": case, "procedure": definition, "meaning": meaning(case), "steps": progress(case),
        "next": next_of(look, side), "paying": drawn_panels(request, case, person, "next"),
        "desk": one_stop(local_day(moment)), "followed_tables": rows,
        "side": beside(side, cards_on(shelves, rows)), "shelves": shelves, "supplements": supplements_of(case),
        "changes": changes_of(case), "cards": cards_of(case, definition), "files": files_of(case, definition),
        "items": timeline(case)[:SHOWN_EVENTS],
        "reading": explain_due(case, definition, moment), "panels": drawn_panels(request, case, person),
        "complain": complaint_link(definition),
    }
    return render(request, "cases/applicant.html", facts)


def cards_on(shelves: Iterable[PublicShelf], followed: Iterable[Followed]) -> Iterator[PublicCard]:
    """Yield every part that stands on the page, by kind or by row."""
    yield from (card for shelf in shelves for card in shelf.cards)
    yield from (card for table in followed for row in table.rows for card in row.cards)


def beside(side: Side, cards: Iterable[PublicCard]) -> Side:
    """Return what is told beside the case: without what stands on the card of its part."""
    on_cards = {doing.href for card in cards for doing in card.doings}
    return Side(side.asked, tuple(doing for doing in side.free if doing.href not in on_cards))


def cards_of(case: Case, definition: Procedure) -> list[dict[str, Any]]:
    """Return what was filed, page by page of the form."""
    day = local_day(now())
    sections = sections_of(definition, {})
    return [{"section": s, "rows": rows_of(s.fields, case.dossier, day, definition, APPLICANTS)} for s in sections]


def files_of(case: Case, definition: Procedure) -> list[dict[str, Any]]:
    """Return the components of the dossier with the names of their files."""
    names: dict[str, list[str]] = {}
    for kind, name in case.attachments.filter(replaced_at=None).order_by("uploaded_at").values_list("kind", "name"):
        names.setdefault(kind, []).append(name)
    return [
        {"label": kind, "value": "\n".join(names[kind.code])} for kind in definition.attachments if kind.code in names
    ]


def drawn_panels(request: HttpRequest, case: Case, person: User, place: str = "page") -> list[str]:
    """Return the blocks that the rooms above add to the page, drawn; empty ones are left out."""
    drawn = (render_to_string(p.template, dict(p.context_for(case, person)), request=request) for p in panels(place))
    return [block for block in drawn if block.strip()]


def complaint_link(definition: Procedure) -> str:
    """Return the procedure by which one complains about a case of this one; empty when there is none."""
    return next((link.procedure for link in definition.links if link.kind == "complaint"), "")
