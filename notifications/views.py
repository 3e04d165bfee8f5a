"""Pages of messages: a person's own, the trial's mails, and the administrator's deliveries that were given up."""
from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import for_administrators, for_people, signed_in
from accounts.clock import now
from notifications.mailbox import letters_in
from notifications.models import Message
from notifications.office import case_path
from notifications.queries import given_up, unread_count, with_matters
from notifications.services import mark_all_read, mark_read, try_again

INBOX_PAGE, DELIVERIES_PAGE = 20, 50


@require_safe
@for_people
def inbox(request: HttpRequest) -> HttpResponse:
    """Show a person's messages, newest first."""
    person = signed_in(request)
    page = Paginator(Message.objects.inbox_of(person), INBOX_PAGE).get_page(request.GET.get("page"))
    return render(request, "notifications/inbox.html", {"page": page, "waiting": unread_count(person)})


@require_POST
@for_people
def open_message(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """Mark a message as read and lead to its case, or back to the list."""
    message = mark_read(message_id=message_id, person=signed_in(request), now=now())
    return redirect(case_path(message.case)) if "case" in request.POST else redirect("notifications:inbox")


@require_POST
@for_people
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    mark_all_read(person=signed_in(request), now=now())
    return redirect("notifications:inbox")


@require_safe
def trial_mail(request: HttpRequest) -> HttpResponse:
    """Show the mails of the trial, which never leave the machine; elsewhere there is no such page."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if not settings.DEMO or not folder:
        raise Http404
    return render(request, "notifications/mail.html", {"letters": letters_in(Path(folder))})


@require_safe
@for_administrators
def deliveries(request: HttpRequest) -> HttpResponse:
    """Show what could not be delivered, and why."""
    page = Paginator(given_up(), DELIVERIES_PAGE).get_page(request.GET.get("page"))
    return render(request, "notifications/deliveries.html", {"page": page, "rows": with_matters(list(page))})


@require_POST
@for_administrators
def deliver_again(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Let one be tried again."""
    if try_again(entry_id=entry_id, actor=signed_in(request), now=now()):
        messages.success(request, gettext("Đã cho gửi lại."))
    else:
        messages.info(request, gettext("Mục này đang được gửi lại hoặc đã gửi xong."))
    return redirect("notifications:deliveries")
