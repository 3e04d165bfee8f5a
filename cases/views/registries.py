"""The pages of registries: which there are, entries with a search, one entry. What is typed is in no address."""
from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases.access import holdings
from cases.presentation.registry import Reading
from cases.registry_queries import Book, Entry, book_called, books, entries, entry_at
from cases.services.entry_pictures import keepers_of, kept_of

P = ParamSpec("P")
BookView = Callable[Concatenate[HttpRequest, Book, P], HttpResponse]
PAGE, LONGEST = 50, 200


def with_book(view: BookView[P]) -> Callable[..., HttpResponse]:
    """Ask to sign in and find the registry of the address; one that is not for the person does not exist (404)."""

    @functools.wraps(view)
    def found(request: HttpRequest, code: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        book = book_called(code, signed_in(request), now())
        if book is None:
            raise Http404
        return view(request, book, *args, **kwargs)

    return cast("Callable[..., HttpResponse]", login_required(cast("Callable[..., Any]", found)))


@login_required
@require_safe
def registries(request: HttpRequest) -> HttpResponse:
    """Show the registries that are for the person."""
    found = books(signed_in(request), now())
    if not found:
        raise Http404
    return render(request, "cases/registry/registries.html", {"books": found})


@require_http_methods(["GET", "HEAD", "POST"])
@with_book
def registry(request: HttpRequest, book: Book) -> HttpResponse:
    """Show the entries; a search comes by POST, for names and numbers of people stand in no address."""
    person, moment, text = signed_in(request), now(), request.POST.get("text", "").strip()[:LONGEST]
    reading = Reading(book, person, moment)
    lines = reading.lines(entries(book, person, moment), text)
    page = Paginator(lines, PAGE).get_page(request.POST.get("page"))
    facts = {"book": book, "heads": reading.heads, "page": page, "text": text, "total": len(lines)}
    return render(request, "cases/registry/registry.html", facts)


def pictures_of(request: HttpRequest, book: Book, found: Entry, pk: int) -> dict[str, Any]:
    """Return the pictures that are kept of an entry of the office, and whether the person keeps them."""
    keepers = keepers_of(book.code)
    if not keepers or not pk:
        return {}
    keeps = bool(keepers & {h.role for h in holdings(signed_in(request), now())})
    return {"pictures": kept_of(book.code, found.key), "keeps": keeps, "pk": pk}


@require_safe
@with_book
def entry(request: HttpRequest, book: Book, pk: int = 0, ref: str = "", position: int = 0) -> HttpResponse:
    """Show one entry: what it says today, its versions, the cases that it comes from and that refer to it."""
    person, moment = signed_in(request), now()
    address = ("said", ref, str(position)) if ref else ("row", str(pk))
    found = entry_at(book, address, person, moment)
    if found is None:
        raise Http404
    reading = Reading(book, person, moment)
    facts = {
        "book": book, "title": reading.title(found), "key": found.key if book.tells_key else "",
        **pictures_of(request, book, found, pk),
        "rows": reading.facts(found.columns), "versions": reading.versions(found), "cases": reading.cases(found),
    }  # fmt: skip
    return render(request, "cases/registry/entry.html", facts)
