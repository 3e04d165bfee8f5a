"""What the office says of itself in its messages: rows `office` and `site` of the table `office`."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from cases.models import Case
from cases.office import office_rows
from notifications.texts import one_line


@dataclass(frozen=True, slots=True)
class Sender:
    """The office as the sender of a message, in the language of its reader."""

    name: str
    phone: str
    address: str
    site: str  # address of this system without a slash at the end; empty when the office has not said

    @property
    def domain(self) -> str:
        """Return the domain in which Message-IDs are unique: of the site, else of the sender's address."""
        host = urlsplit(self.site).hostname or parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
        return (host or "localhost").encode("idna").decode("ascii")

    @property
    def mail_from(self) -> str:
        """Return the From header: the office by name, at the address of the installation."""
        name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        return formataddr((self.name or name, address))

    @property
    def profile(self) -> str:
        """Return where a person takes consent back; empty without a site."""
        return f"{self.site}{reverse('profile')}" if self.site else ""

    def link(self, case: Case) -> str:
        """Return the address of a case's page, to be read after signing in; empty without a site."""
        return f"{self.site}{case_path(case)}" if self.site else ""


def sender_on(day: dt.date, language: str) -> Sender:
    """Return the office as it calls itself on a day."""
    rows = office_rows(day)
    office = rows.get("office", {})
    name = (office.get("name_en") if language == "en" else None) or office.get("name", "")
    url = str(rows.get("site", {}).get("url", "")).rstrip("/")
    phone, address = str(office.get("phone", "")), str(office.get("address", ""))
    return Sender(one_line(str(name)), one_line(phone), one_line(address), one_line(url))


def case_path(case: Case) -> str:
    """Return where the page of a case stands."""
    return reverse("case", args=[case.code])
