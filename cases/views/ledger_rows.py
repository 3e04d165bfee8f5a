"""The page of one row of a ledger: for who keeps it, and for whose it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import signed_in
from accounts.clock import now
from cases.models import Case
from cases.presentation.dossier import blocks_of
from cases.presentation.face import Look
from cases.presentation.ledger import Reader
from cases.services.rows import as_of
from cases.views.drawing import drawn_panels
from cases.views.ledger_writing import may_put_right
from cases.views.officer import page_of


def row_page(request: HttpRequest, row: Case) -> HttpResponse:
    """Show a row with its steps, papers and history; to its holder what it says and the papers for the holder."""
    look = Look(as_of(row, now()), signed_in(request), now())
    facts = held_page(request, look) if look.only_holds else page_of(request, look)
    line = Reader(look.viewer, look.now).line(row)
    more = {"definition": look.definition, "line": line, "may_put_right": may_put_right(row, look.viewer)}
    return render(request, "cases/ledger/row.html", {**facts, **more})


def held_page(request: HttpRequest, look: Look) -> dict[str, object]:
    """Return what the holder sees: no steps, no notes of the office."""
    return {"look": look, "case": look.case, "blocks": blocks_of(look), "panels": drawn_panels(request, look)}
