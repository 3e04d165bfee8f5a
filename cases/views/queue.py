"""The queue: open work under five tabs, filters in the address, claim and release; and a case by its code."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases import queries
from cases.errors import CaseNotFound
from cases.internal import opens
from cases.models import Task
from cases.presentation.queue import rows_of
from cases.presentation.words import label
from cases.procedures import current, definition_by
from cases.queries import Desk, Work
from cases.services import claim_task, release_task
from cases.views.onwards import see_other
from workflows.errors import Reason, TransitionRefused

FIRST_TAB = "unit"


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show one tab of the person's open work, or what a code leads to."""
    if request.GET.get("q", "").strip():
        return search(request)
    return render(request, "cases/queue.html", tab_page(request))


def tab_page(request: HttpRequest) -> dict[str, Any]:
    """Return what the page of a tab shows; an unknown tab is the first one."""
    desk = queries.desk_of(signed_in(request), now())
    asked = request.GET.get("tab", FIRST_TAB)
    tab = asked if asked in queries.TABS else FIRST_TAB
    chosen = {name: request.GET.get(name, "").strip()[:60] for name in ("procedure", "state", "who")}
    number = _number(request.GET.get("page", ""))
    tasks, more = _narrowed(_work(desk, tab, chosen["who"]), chosen).page(number)
    return {
        "tab": tab,
        "counts": queries.counts(desk),
        "most": queries.MOST_COUNTED,
        "rows": rows_of(tasks, desk),
        "stood_in": rows_of(queries.stood_in(desk).page(1)[0], desk) if tab == "mine" else [],
        "outside": desk.outside,
        "chosen": chosen,
        "page": number,
        "more": more,
        **_filters(desk, chosen),
    }


def _work(desk: Desk, tab: str, who: str) -> Work:
    return queries.held_by(desk, who) if who and tab == FIRST_TAB else queries.TABS[tab](desk)


def _narrowed(work: Work, chosen: dict[str, str]) -> Work:
    return work.narrowed(case__procedure=chosen["procedure"], state=chosen["state"])


def _number(text: str) -> int:
    return min(max(int(text), 1), queries.MOST_PAGES) if text.isascii() and text.isdecimal() and len(text) < 5 else 1


def _filters(desk: Desk, chosen: dict[str, str]) -> dict[str, Any]:
    """Return what may be chosen: procedures, states of the chosen one (else of all), colleagues."""
    latest = {row.procedure: definition_by(row.hash) for row in current().order_by("effective_from")}
    roles = {held.role for held in desk.held}
    looked_at = [d for code, d in latest.items() if chosen["procedure"] in ("", code)]
    machines = [machine for d in looked_at for machine in (d.machine, *(part.machine for part in d.parts))]
    states = {state.code: label(state) for machine in machines for state in machine.states if not state.terminal}
    return {
        "procedures": sorted(((code, label(d)) for code, d in latest.items()), key=lambda row: row[1]),
        "states": sorted(states.items(), key=lambda row: row[1]),
        "colleagues": [(str(person.pk), str(person)) for person in queries.colleagues(desk)] if desk.held else [],
        "opens": [d for d in latest.values() if opens(d, roles)],
    }


def search(request: HttpRequest) -> HttpResponse:
    """Lead to the case of a code; several or invisible ones are listed, of the latter only code and status."""
    text = request.GET["q"].strip()[:60]
    found = queries.by_code(signed_in(request), now(), text)
    if len(found) == 1 and found[0].visible:
        return redirect("case", found[0].case.code)
    return render(request, "cases/search.html", {"text": text, "found": found})


@require_POST
@login_required
def claim(request: HttpRequest, task_id: int) -> HttpResponse:
    """Take a task; somebody else's stays theirs (422, with the name)."""
    return _held(request, task_id, claim_task, gettext("Đã nhận việc"))


@require_POST
@login_required
def release(request: HttpRequest, task_id: int) -> HttpResponse:
    """Give a task back."""
    return _held(request, task_id, release_task, gettext("Đã trả lại việc"))


def _held(request: HttpRequest, task_id: int, hold: Callable[..., Task], done: str) -> HttpResponse:
    try:
        task = hold(task_id=task_id, actor=signed_in(request), now=now())
    except CaseNotFound as gone:
        raise Http404 from gone
    except TransitionRefused as refused:
        return _refused(request, refused.reasons)
    messages.success(request, f"{done}: {task.case.code}")
    return see_other(_back(request))


def _refused(request: HttpRequest, reasons: tuple[Reason, ...]) -> HttpResponse:
    return render(request, "cases/queue.html", {**tab_page(request), "reasons": reasons}, status=422)


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    ours = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=ours, require_https=request.is_secure())
    return wanted if safe else "/queue/"
