"""An internal matter is opened on one page by whoever takes its first step; nobody else knows of that page."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.clock import local_day, now
from cases.access import holdings
from cases.errors import ProcedureUnknown
from cases.internal import opens
from cases.procedures import definition_of, in_force
from cases.services import open_case
from cases.views.ledger_writing import opened, row_form, row_page
from workflows.definition import Procedure


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_matter(request: HttpRequest, code: str) -> HttpResponse:
    """Ask what is known at the beginning, and open the matter."""
    definition = matter_of(request, code)
    form = row_form(request, definition)
    if request.method != "POST" or not form.is_valid():
        return row_page(request, definition, form)
    make = partial(open_case, procedure=definition.procedure)
    return opened(request, definition, form, make, gettext("Đã mở hồ sơ. Bấm bước đầu tiên để bắt đầu tính hạn."))


def matter_of(request: HttpRequest, code: str) -> Procedure:
    """Return the internal matter of the address that the person opens. Raises Http404."""
    try:
        found = definition_of(in_force(code, local_day(now())).pk)
    except ProcedureUnknown as unknown:
        raise Http404 from unknown
    if not opens(found, {held.role for held in holdings(signed_in(request), now())}):
        raise Http404
    return found
