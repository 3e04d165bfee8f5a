"""Messages by e-mail: with consent only, plain text, nothing in them that needs protection but the code of the case."""
from __future__ import annotations

import datetime as dt
import hashlib
import smtplib

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.clock import local_day
from accounts.models import User
from cases.errors import DeliveryImpossible
from notifications.errors import MailNotSent
from notifications.merge import merge_values
from notifications.models import EMAIL, QUEUED, Message
from notifications.occasion import Occasion
from notifications.office import Sender, sender_on
from notifications.recipients import Recipient
from notifications.texts import subject, told_by
from notifications.wording import new_message


def mail(occasion: Occasion, recipient: Recipient) -> Message | None:
    """Return the unsaved message, None for who has not agreed to be told by e-mail."""
    if not recipient.user.mail_consent:
        return None
    language = recipient.user.language
    sender = sender_on(occasion.day, language)
    values = merge_values(occasion, recipient, language, sender.link(occasion.case))
    title, body = told_by(occasion.words, language, values)
    heading = subject(values["code"], values["procedure"], title)
    message = new_message(occasion, recipient, EMAIL, heading, body, status=QUEUED)
    message.message_id = message_id(message.key, sender.domain)
    return message


def message_id(key: str, domain: str) -> str:
    """Return the Message-ID that every attempt carries: whoever receives two knows them for one."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def withheld(person: User) -> str:
    """Return why a person must not get mails any more: `no_consent`, `account_closed`, or nothing."""
    if not person.is_active:
        return "account_closed"
    return "" if person.mail_consent else "no_consent"


def send(message: Message, now: dt.datetime) -> None:
    """Give a message's mail to the mail server. Raises MailNotSent (later), DeliveryImpossible (never)."""
    hand_over(letter(message, sender_on(local_day(now), message.language)))


def hand_over(mail: EmailMessage) -> None:
    """Give a mail to the mail server. Raises MailNotSent (later), DeliveryImpossible (the address is refused)."""
    try:
        mail.send()
    except OSError as fault:  # SMTPException is one, and so is a file system that is full
        words, final = reason_of(fault)
        raise (DeliveryImpossible if final else MailNotSent)(words) from None  # the fault itself holds the address
    except ValueError:
        raise DeliveryImpossible("address_invalid") from None


def letter(message: Message, sender: Sender) -> EmailMessage:
    """Return the mail as it goes out."""
    return to_person(message.recipient, message.title, message.body, sender, message.message_id, message.language)


def to_person(
    person: User, title: str, body: str, sender: Sender, message_id: str, language: str
) -> EmailMessage:
    """Return a mail of the office to a person: its words between greeting and imprint, its headers."""
    text = render_to_string(f"notifications/mail.{language}.txt", {"body": body, "office": sender})
    headers = {
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answer comes back
        "Content-Language": language,
        "List-Id": f"<thong-bao.{sender.domain}>",
    }
    return EmailMessage(title, text, sender.mail_from, [person.email], headers=headers)


def reason_of(fault: OSError) -> tuple[str, bool]:
    """Return a code for what went wrong, and whether it is final: the server has refused this very mail for ever.

    A refused sender or password is the office's own fault: it is mended, and then the mail goes out.
    """
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in fault.recipients.values()]
        return f"smtp_{codes[0]}", all(code >= 500 for code in codes)
    if isinstance(fault, smtplib.SMTPResponseException):
        code = fault.smtp_code
        return f"smtp_{code}", isinstance(fault, smtplib.SMTPDataError) and code >= 500
    return type(fault).__name__, False
