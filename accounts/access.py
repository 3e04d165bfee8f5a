"""Who may open the pages of this floor: a page that is not for somebody does not exist for them (404)."""
from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from accounts.clock import local_day, now
from accounts.errors import NotForYou
from accounts.models import User
from accounts.roles import holds_role
from accounts.services.checks import ADMINISTRATOR

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in(request: HttpRequest) -> User:
    """Return the person who is signed in; the view stands behind `for_people` or `for_administrators`."""
    return cast("User", request.user)


def for_people(view: View[P]) -> View[P]:
    """Ask to sign in; what the services find not to be for this person is 404."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotForYou as refusal:
            raise Http404 from refusal

    return cast("View[P]", login_required(cast("Callable[..., Any]", guarded)))


def for_administrators(view: View[P]) -> View[P]:
    """Open the page to who holds the role administrator today."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not administers(request):
            raise NotForYou
        return view(request, *args, **kwargs)

    return for_people(cast("View[P]", guarded))


def administers(request: HttpRequest) -> bool:
    """Return whether the person behind the request administers today."""
    user = request.user
    return isinstance(user, User) and user.is_active and holds_role(user, ADMINISTRATOR, local_day(now()))
