"""Who may open the auditor's pages, and the case that an address names."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from accounts.access import for_people, signed_in
from accounts.clock import local_day, now
from accounts.errors import NotForYou
from accounts.models import User
from accounts.roles import holds_role
from cases.access import may_open, roles_to_look
from cases.models import Case

AUDITOR = "auditor"
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
CaseView = Callable[Concatenate[HttpRequest, Case, P], HttpResponse]
NOBODY: frozenset[str] = frozenset()


def audits(user: User, moment: dt.datetime) -> bool:
    """Whether the person holds the role auditor today."""
    return user.is_active and holds_role(user, AUDITOR, local_day(moment))


def for_auditors(view: View[P]) -> View[P]:
    """Open the page to auditors; for everybody else who is signed in it does not exist (404)."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not audits(signed_in(request), now()):
            raise NotForYou
        return view(request, *args, **kwargs)

    return cast("View[P]", for_people(cast("Any", guarded)))


def with_history(view: CaseView[P]) -> Callable[..., HttpResponse]:
    """Open the page to auditors with the case of a case or submission code; 404 when there is none."""

    @functools.wraps(view)
    def found(request: HttpRequest, ref: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        case = cases_called(ref).select_related("definition", "unit").first()
        if case is None:
            raise Http404
        return view(request, case, *args, **kwargs)

    return cast("Callable[..., HttpResponse]", for_auditors(cast("View[Any]", found)))


def cases_called(ref: str) -> QuerySet[Case]:
    """Return the case with this case or submission code: at most one."""
    code = ref.strip().upper()
    if not code or len(code) > 60:
        return Case.objects.none()
    return Case.objects.filter(Q(case_code=code) | Q(submission_code=code))


def roles_for(case: Case, user: User, moment: dt.datetime) -> frozenset[str]:
    """Return the roles by which an auditor sees values of a case; none on a draft, which is its applicant's own."""
    if not may_open(case, user, moment):
        return NOBODY
    return roles_to_look(case, user, moment)
