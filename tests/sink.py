"""A real SMTP server that keeps what it was sent."""
from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.services import free_port


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


class SmtpSink:
    """Listens on 127.0.0.1; `messages` grows. `refuse` makes it answer 451 (temporary) or 550 (for ever)."""

    def __init__(self) -> None:
        self.messages: list[Received] = []
        self.refuse = 0
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()

    @property
    def env(self) -> dict[str, str]:
        """What a product process needs to send its mail here."""
        return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(self.controller.port)}

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refuse:
            return f"{self.refuse} refused by the test"
        message = email.message_from_bytes(envelope.content, EmailMessage, policy=email.policy.default)
        self.messages.append(Received(envelope.mail_from, tuple(envelope.rcpt_tos), message))
        return "250 OK"

    def stop(self) -> None:
        """Stop listening."""
        self.controller.stop()
