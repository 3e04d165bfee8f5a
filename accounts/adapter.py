"""How allauth keeps our people: names and telephone at sign-up, events of passwords, headers of mails."""
from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.mail import EmailMessage
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from accounts.clock import now
from accounts.models import User
from accounts.services import own_password_set


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types that mypy may read
    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:  # noqa: FBT001, FBT002  # allauth's signature
        """Fill the account from our sign-up form; the language of the page becomes that of the profile."""
        user.full_name = form.cleaned_data["full_name"]
        user.phone = form.cleaned_data["phone"]
        user.language = (get_language() or "vi")[:2]
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def set_password(self, user: User, password: str) -> None:
        """Keep a password that the person chose: changed while signed in, or through the link in a mail."""
        super().set_password(user, password)
        own_password_set(user=user, now=now())

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """Mark our mails as written by a machine (RFC 3834): no out-of-office answer comes back."""
        marked = {**(headers or {}), "Auto-Submitted": "auto-generated"}
        mail: EmailMessage = super().render_mail(template_prefix, email, context, marked)
        return mail

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")
