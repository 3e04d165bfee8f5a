"""A message as every channel writes it."""
from __future__ import annotations

from notifications.models import Message
from notifications.occasion import Occasion
from notifications.recipients import Recipient

STANDING_IN = {
    "vi": "Bạn nhận tin này vì đang giữ việc của một người vắng mặt.",
    "en": "You are told because you hold the tasks of somebody who is away.",
}


def new_message(
    occasion: Occasion, recipient: Recipient, channel: str, title: str, body: str, *, status: str
) -> Message:
    """Return the unsaved message of a channel, with its key."""
    user = recipient.user
    about = recipient.part or occasion.part
    if recipient.absent is not None:
        body = f"{STANDING_IN[user.language]}\n{body}"
    return Message(
        key=f"{occasion.case.pk}:{occasion.event.seq}:{occasion.notice}:{user.pk}:{channel}",
        case=occasion.case,
        seq=occasion.event.seq,
        definition_id=occasion.case.definition_id,
        notice=occasion.notice,
        part_key=about.key if about is not None else "",
        recipient=user,
        role=recipient.roles[0],
        absent=recipient.absent,
        channel=channel,
        language=user.language,
        urgent=occasion.case.urgent,
        title=title,
        body=body,
        status=status,
        created_at=occasion.now,
    )
