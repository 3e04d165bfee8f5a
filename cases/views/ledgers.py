"""The pages of ledgers: which there are, its rows by filter, a new row; numbers after saying what for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases import ledger_queries
from cases.access import holdings
from cases.forms_ledger import LedgerFilter, PurposeForm
from cases.ledger_access import row_spec
from cases.ledger_balance import balance_of
from cases.ledger_queries import PAGE
from cases.models import Case
from cases.presentation import ledger_together
from cases.presentation.counting import acts_of_whole
from cases.presentation.ledger import Reader
from cases.services.views_log import log_views
from workflows.definition import Field, Procedure

P = ParamSpec("P")
LedgerView = Callable[Concatenate[HttpRequest, Procedure, P], HttpResponse]
READ_IN_LEDGER = "ledger"


def with_ledger(view: LedgerView[P]) -> Callable[..., HttpResponse]:
    """Ask to sign in and find the ledger of the address; one that is not for the person does not exist (404)."""

    @functools.wraps(view)
    def found(request: HttpRequest, code: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        definition = ledger_queries.ledger_of(code, signed_in(request), now())
        if definition is None:
            raise Http404
        return view(request, definition, *args, **kwargs)

    return cast("Callable[..., HttpResponse]", login_required(cast("Callable[..., Any]", found)))


@login_required
@require_safe
def ledgers(request: HttpRequest) -> HttpResponse:
    """Show the ledgers that are for the person, with how many rows stand open in them."""
    person, at = signed_in(request), now()
    found = [(d, ledger_queries.figures_of(d, person, at)) for d in ledger_queries.ledgers_of(person, at)]
    return render(request, "cases/ledger/ledgers.html", {"ledgers": found})


@require_http_methods(["GET", "HEAD", "POST"])
@with_ledger
def ledger(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Show the rows that are asked for; POST shows their sensitive values to who says what for (422 without)."""
    asked = asked_of(request, definition)
    purpose = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and purpose.is_valid():
        looked_at(request, asked.shown, definition, purpose.cleaned_data["purpose"])
        return page(request, asked, purpose, closely=True)
    return page(request, asked, purpose, status=422 if purpose.is_bound else 200)


class Asked:
    """The filter of a request and the rows that it leads to."""

    def __init__(self, request: HttpRequest, definition: Procedure) -> None:
        self.definition, self.viewer, self.now = definition, signed_in(request), now()
        self.form = LedgerFilter(request.GET, definition=definition, viewer=self.viewer, now=self.now)
        self.wanted = self.form.wanted
        self.rows: Sequence[Case] = ledger_queries.wanted_rows(definition, self.viewer, self.now, self.wanted)
        number = request.GET.get("page", "1")
        pages = max(1, -(-len(self.rows) // PAGE))
        self.page = min(max(int(number), 1), pages) if number.isascii() and number.isdecimal() else 1
        self.more = self.page < pages

    @property
    def shown(self) -> Sequence[Case]:
        """The rows of the page."""
        return self.rows[(self.page - 1) * PAGE : self.page * PAGE]


def asked_of(request: HttpRequest, definition: Procedure) -> Asked:
    """Return what a request asks of a ledger."""
    return Asked(request, definition)


def looked_at(request: HttpRequest, rows: Sequence[Case], definition: Procedure, purpose: str) -> None:
    """Record, at every row, that its sensitive values are looked at, before they are shown."""
    viewer, at = signed_in(request), now()
    names = ",".join(f.name for f in sensitive_fields(definition))
    log_views(cases=rows, person=viewer, what=f"{READ_IN_LEDGER}:{names}", purpose=purpose, now=at)


def sensitive_fields(definition: Procedure) -> list[Field]:
    """Return the sensitive fields that a ledger shows."""
    spec = row_spec(definition)
    named = {*spec.shown, *spec.title}
    return [f for f in definition.fields if f.sensitive and f.name in named]


def page(
    request: HttpRequest, asked: Asked, purpose: PurposeForm, *, closely: bool = False, status: int = 200
) -> HttpResponse:
    """Show the ledger."""
    definition, spec = asked.definition, row_spec(asked.definition)
    roles = {h.role for h in holdings(asked.viewer, asked.now)}
    facts = {
        "definition": definition,
        "asked": asked,
        "form": asked.form,
        "purpose": purpose,
        "figures": ledger_queries.figures_of(definition, asked.viewer, asked.now),
        "lines": Reader(asked.viewer, asked.now, closely=closely).lines(asked.shown),
        "closely": closely,
        "filtered": bool(request.GET.keys() - {"page"}),
        "may_open": bool(roles & set(spec.opened_by)),
        "counts": any(set(step.by) & roles or step.cosign in roles for step in acts_of_whole(definition)),
        "sensitive": sensitive_fields(definition),
        "query": request.GET.urlencode(),
        "balance": balance_of(definition, asked.viewer, asked.now),
        "together": ledger_together.steps_of(definition, asked.rows, asked.wanted.state, asked.viewer, asked.now),
        "to_agree": len(ledger_together.to_agree(definition, asked.rows, asked.viewer, asked.now)),
    }
    return render(request, "cases/ledger/rows.html", facts, status=status)
