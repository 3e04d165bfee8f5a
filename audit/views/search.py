"""The auditor's search in the history of all cases, and its CSV."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import local_day, now
from accounts.models import User
from accounts.queries import people_named
from audit.access import for_auditors
from audit.columns import heads, rows_of
from audit.forms import SearchForm
from audit.search import page_of
from audit.table import csv_answer
from audit.words import lines_of
from cases.presentation.words import said

MOST_PEOPLE = 50
PLACE = ("older", "newer")  # where one is in the list, not what is looked for


@require_safe
@never_cache
@for_auditors
def search(request: HttpRequest) -> HttpResponse:
    """Show what is looked for, newest first; a search that cannot be read says why."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return faulty(request, form)
    page = page_of(form.search, older=request.GET.get("older", ""), newer=request.GET.get("newer", ""))
    facts = {"form": form, "lines": lines_of(page.events), "page": page, "person": form.person}
    return render(request, "audit/search.html", {**facts, "search": form.search, "filters": filters_of(request.GET)})


def faulty(request: HttpRequest, form: SearchForm) -> HttpResponse:
    """Show the search again with what is wrong in it."""
    return render(request, "audit/search.html", {"form": form, "filters": filters_of(request.GET)}, status=422)


def filters_of(query: QueryDict) -> str:
    """Return the query string of what is looked for, without the place in the list."""
    kept = query.copy()
    for name in PLACE:
        kept.pop(name, None)
    return kept.urlencode()


@require_POST
@never_cache
@for_auditors
def people(request: HttpRequest) -> HttpResponse:
    """Find a person by name, so that the search can go by id: a name never stands in an address."""
    text = request.POST.get("q", "").strip()[:100]
    found = list(people_named(text)[: MOST_PEOPLE + 1]) if text else []
    if len(found) == 1:
        return redirect(with_person(request, found[0]))
    rows = [(person, with_person(request, person)) for person in found[:MOST_PEOPLE]]
    return render(request, "audit/people.html", {"text": text, "rows": rows, "more": len(found) > MOST_PEOPLE})


def with_person(request: HttpRequest, person: User) -> str:
    """Return the address of the search that was on the page, by this person."""
    query = QueryDict(request.POST.get("filters", "")[:2000], mutable=True)
    query["who"] = str(person.pk)
    return f"{reverse('history')}?{query.urlencode()}"


@require_safe
@never_cache
@for_auditors
def export(request: HttpRequest) -> HttpResponseBase:
    """Give exactly what is looked for as CSV, written while it is read."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return faulty(request, form)
    name = said("Lịch sử hồ sơ", "History of cases")
    return csv_answer(f"{name} {local_day(now()):%Y-%m-%d}", heads(), rows_of(form.search))
