"""From an address to a case that the person may open; what is invisible does not exist (404)."""
from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.access import signed_in
from accounts.clock import now
from cases.access import visible_cases, visible_rows
from cases.errors import CaseChanged, CaseNotFound
from cases.models import Case

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
CaseView = Callable[Concatenate[HttpRequest, Case, P], HttpResponseBase]


def visible_case(request: HttpRequest, ref: str) -> Case:
    """Return the case of a case or submission code. Raises Http404, also for what is not for the person to see."""
    code, person = ref.strip().upper(), signed_in(request)
    found = _called(visible_cases(person, now()), code) or _called(visible_rows(person, now()), code)
    if found is None:
        raise Http404
    return found


def _called(seen: QuerySet[Case], code: str) -> Case | None:
    rows = seen.select_related("definition", "organisation", "applicant", "unit")
    return rows.filter(Q(case_code=code) | Q(submission_code=code)).first() if len(code) <= 60 else None


def with_case(view: CaseView[P]) -> Callable[..., HttpResponse]:
    """Ask to sign in, find the case of the address, and answer what the services raise: 404, 409."""

    @functools.wraps(view)
    def found(request: HttpRequest, ref: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, visible_case(request, ref), *args, **kwargs)
        except CaseNotFound as missing:
            raise Http404 from missing
        except CaseChanged as changed:
            facts = {"changed": changed, "back": reverse("case", args=[ref])}
            return render(request, "409.html", facts, status=409)

    return cast("Callable[..., HttpResponse]", login_required(cast("Callable[..., Any]", found)))
