"""What every page owes the person who is signed in: their language, and the change of a first password."""
from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.clock import now
from accounts.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]
# What a person with a first password may open: change it, read this in another language, leave.
OPEN_TO_ALL = ("account_change_password", "account_logout", "set_language", "healthz", "readyz")


def profile_language(get_response: GetResponse) -> GetResponse:
    """Speak the language of the profile to who is signed in; others have the cookie and Accept-Language."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and user.is_authenticated:
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        return get_response(request)

    return middleware


def first_password(get_response: GetResponse) -> GetResponse:
    """Lead who still uses a first password to its change, and nowhere else; a lapsed one signs out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not (isinstance(user, User) and user.must_change_password):
            return get_response(request)
        if user.first_password_until and user.first_password_until < now():
            return turned_away(request)
        if request.path in {reverse(name) for name in OPEN_TO_ALL}:
            return get_response(request)
        return redirect("account_change_password")

    return middleware


def turned_away(request: HttpRequest) -> HttpResponse:
    """Sign out: the first password was not changed in time and may have been read by others."""
    logout(request)
    messages.error(request, gettext("Mật khẩu cấp lần đầu đã hết hạn. Hãy đề nghị quản trị viên cấp lại."))
    return redirect("account_login")
