"""Errors of this room, grouped by what the carrier does next."""
from __future__ import annotations

from cases.errors import DeliveryImpossible


class MailNotSent(Exception):
    """The mail server is not there or says later: the outbox tries again. Carries a code, never an address."""


class UnknownMergeValue(DeliveryImpossible):
    """A notice names a value that does not exist: nobody can be told by it until its text is mended."""
