"""Mails of this floor; allauth's own leave through the same adapter."""
from __future__ import annotations

from allauth.account.adapter import get_adapter

from accounts.models import Invitation


def send_invitation(invitation: Invitation, *, link: str) -> None:
    """Mail the link of an invitation to the invited address; `link` is absolute."""
    facts = {"invitation": invitation, "link": link}
    get_adapter().send_mail("accounts/email/invitation", invitation.email, facts)
