"""What every answer carries: a request id, one log line, and headers that keep pages out of caches."""
from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from contextlib import nullcontext

import structlog
from django.http import HttpRequest, HttpResponse

from accounts.looking import looking

GetResponse = Callable[[HttpRequest], HttpResponse]
SANE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
log = structlog.get_logger("hoso.request")


def request_log(get_response: GetResponse) -> GetResponse:
    """Bind a request id and log route (not address: a code or key may stand in it), status and milliseconds."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request_id = given if SANE_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = get_response(request)
        response.headers["X-Request-ID"] = request_id
        route = request.resolver_match.view_name if request.resolver_match else ""
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000),
        )
        return response

    return middleware


def one_look(get_response: GetResponse) -> GetResponse:
    """Read once for a page what stands behind many of its lines; whoever sends a form is looked at anew."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with looking() if request.method in ("GET", "HEAD") else nullcontext():
            return get_response(request)

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """Keep pages out of every cache unless a view says otherwise; static files are served before this."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware
