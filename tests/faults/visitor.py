"""A person at a browser who sends a form again until it is answered, whatever happens to the server."""
from __future__ import annotations

import http.client
import http.cookiejar
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from config.trial import PASSWORD, address_of

TRIES = 200


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is the answer that we want to see."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Visitor(threading.Thread):
    """Opens drafts over HTTP, one form after the other, until `leave`; `opened` are the codes that the server named."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__(daemon=True)
        self.address, self.person = address, address_of(name)
        self.cookies = http.cookiejar.CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies), _Stay())
        self.opened: list[str] = []
        self.refused: list[int] = []
        self.failures = 0
        self._left = threading.Event()

    def sign_in(self) -> None:
        """Sign in as the person, as a browser does."""
        self.browser.open(f"{self.address}/accounts/login/", timeout=30).close()
        status, _ = self.send("/accounts/login/", {"login": self.person, "password": PASSWORD})
        assert status == 302, f"sign-in answered {status}"

    def run(self) -> None:
        while not self._left.is_set():
            self._open_one({"_key": secrets.token_urlsafe(16), "whose": "-"})

    def leave(self) -> None:
        """Send the present form to its end, then stop."""
        self._left.set()
        self.join(120)

    def _open_one(self, form: dict[str, str]) -> None:
        """Send one form, with one key, until there is an answer."""
        for _ in range(TRIES):
            try:
                status, location = self.send("/procedures/complaint/new/", form)
            except (OSError, http.client.HTTPException):
                self.failures += 1
                time.sleep(0.1)
                continue
            if status == 302:
                self.opened.append(location.strip("/").split("/")[1])
            else:
                self.refused.append(status)
            return

    def send(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        """Send one form once; return the status and the page, of a redirect where it leads."""
        token = next((c.value for c in self.cookies if c.name.endswith("csrf")), "") or ""
        body = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": token}).encode()
        try:
            with self.browser.open(f"{self.address}{path}", body, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.headers.get("Location") or answer.read().decode()
