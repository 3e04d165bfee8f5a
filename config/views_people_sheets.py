"""Accounts, organisations and mandates out of a spreadsheet: each row looked at first, then all are taken or none."""
from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import for_administrators, signed_in
from accounts.clock import now
from cases.sheet_rows import Taken
from cases.views.sheet_import import Import, import_page, workbook
from config.people_sheets import KINDS, MOST, OFFICERS, Kind, choices_of, heads, judged, read, take_all

PEOPLE = ("rows.grantor", "rows.grantee")  # a workbook that goes round carries no list of people


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def import_people(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask for the rows; show what each would do; take them."""
    return import_page(request, wanted_of(request, _kind(kind)))


@require_safe
@for_administrators
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """Give the workbook to fill in."""
    del request
    found = _kind(kind)
    lists = {name: one for name, one in choices_of(found, now()).items() if name not in PEOPLE}
    return workbook(found.spec, lists, found.code)


def _kind(code: str) -> Kind:
    if code not in KINDS:
        raise Http404
    return KINDS[code]


def wanted_of(request: HttpRequest, kind: Kind) -> Import:
    """Return what the page imports."""
    actor, at = signed_in(request), now()
    template_at = reverse("people_import_template", args=[kind.code])
    return Import(
        page="office/import.html", facts={"spec": kind, "back": reverse("office_people"), "template": template_at},
        heads=heads(kind), most=MOST, choices=choices_of(kind, at), read=lambda sheet: read(kind, sheet, at),
        judged=lambda sheet: judged(kind, sheet, actor, at), take=lambda found: taken(request, kind, found),
    )  # fmt: skip


def taken(request: HttpRequest, kind: Kind, found: Taken) -> HttpResponse | None:
    """Take all rows, or none: why not is told at them. First passwords are shown this once."""
    made = take_all(kind, found, signed_in(request), now())
    if made is None:
        return None
    new = [one for one in made if one is not None] if kind is OFFICERS else []
    if new:
        return render(request, "office/first_passwords.html", {"people": new, "rows": len(made)})
    messages.success(request, gettext("Đã ghi %(n)d dòng.") % {"n": len(made)})
    return redirect("office_people")
