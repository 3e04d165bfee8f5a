"""Messages in the application: always, and delivered when written."""
from __future__ import annotations

from notifications.merge import merge_values
from notifications.models import IN_APP, SENT, Message
from notifications.occasion import Occasion
from notifications.recipients import Recipient
from notifications.texts import told_by
from notifications.wording import new_message


def in_app(occasion: Occasion, recipient: Recipient) -> Message:
    """Return the unsaved message; its page leads to the case, so its text needs no address."""
    language = recipient.user.language
    title, body = told_by(occasion.words, language, merge_values(occasion, recipient, language, link=""))
    message = new_message(occasion, recipient, IN_APP, title, body, status=SENT)
    message.sent_at = occasion.now
    return message
