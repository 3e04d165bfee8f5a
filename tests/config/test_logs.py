"""What the product writes about itself: one line for each event, with the request's id, and nothing personal."""
from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config.logs import MASK, logging_config, scrubbed
from config.middleware import request_log

Written = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written() -> Iterator[Written]:
    """The lines written as JSON since the test began."""
    stream = io.StringIO()
    said = logging_config(level="INFO", form="json")
    said["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(said)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.contextvars.clear_contextvars()
    logging.config.dictConfig(django_settings.LOGGING)
    logging_config(level="WARNING", form="text")


@pytest.mark.parametrize(
    "personal",
    [
        "lan.tran@example.vn", "0912345678", "0912 345 678", "+84 912 345 678", "0299.3999.999", "001195012345",
        "123456789", "B1234567", "PA1234567",
    ],
)  # fmt: skip
def test_personal_values_are_masked_wherever_they_stand(personal):
    kept = scrubbed({"event": f"refused: {personal}!", "values": [personal, {"a": (personal,)}], "n": 7})
    assert personal not in json.dumps(kept, ensure_ascii=False)
    assert kept["event"] == f"refused: {MASK}!"
    assert kept["n"] == 7


@pytest.mark.parametrize(
    "ours",
    ["H99.14-261124-0001", "0196f1b6-7a3e-7cc1-b5a7-5d0a3c1f9e10", "ngo_aid", "AM3A-YJ5J-4DLP", "2026-11-24", "15.18"],
)
def test_codes_of_ours_stay_readable(ours):
    assert scrubbed(ours) == ours


def test_a_number_that_identifies_somebody_is_masked_as_a_number_too():
    assert scrubbed({"id": 123456789012}) == {"id": MASK}


def test_a_line_is_json_with_level_logger_and_moment(written):
    structlog.get_logger("hoso.outbox").warning("failed", entry=7, error="SMTPServerDisconnected")
    (line,) = written()
    assert (line["event"], line["level"], line["logger"], line["entry"]) == ("failed", "warning", "hoso.outbox", 7)
    assert line["timestamp"].endswith("Z")


def test_lines_of_libraries_pass_the_same_mask(written):
    logging.getLogger("django.request").error("Bad Gateway: %s", "lan@example.vn")
    (line,) = written()
    assert MASK in line["event"]


def test_a_traceback_is_one_line_and_masked(written):
    try:
        raise ValueError("lan@example.vn\nsecond line")
    except ValueError:
        logging.getLogger("hoso").exception("broken")
    (line,) = written()
    assert "lan@example.vn" not in line["exception"]
    assert "ValueError" in line["exception"]


def test_a_line_break_in_a_value_makes_no_second_line(written):
    structlog.get_logger("hoso").warning("x", name="a\r\n{\"level\": \"error\"}")
    assert len(written()) == 1


def answering(status: int) -> Callable[[HttpRequest], HttpResponse]:
    def view(_request: HttpRequest) -> HttpResponse:
        structlog.get_logger("hoso.cases").warning("inside")
        return HttpResponse(status=status)

    return request_log(view)


def test_every_line_of_a_request_carries_its_id(written):
    response = answering(422)(RequestFactory().get("/cases/AM3A-YJ5J-4DLP/", headers={"X-Request-ID": "req-12345678"}))
    inside, request = written()
    assert response.headers["X-Request-ID"] == inside["request_id"] == request["request_id"] == "req-12345678"
    assert (request["method"], request["status"]) == ("GET", 422)


def test_the_address_of_a_page_is_not_written_because_codes_stand_in_it(written):
    answering(200)(RequestFactory().get("/track/?code=AM3A-YJ5J-4DLP"))
    assert "AM3A" not in json.dumps(written())


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e f g h", "evil\"}injected"])
def test_an_id_from_outside_is_taken_only_when_it_is_harmless(written, given):
    response = answering(200)(RequestFactory().get("/", headers={"X-Request-ID": given}))
    made = response.headers["X-Request-ID"]
    assert made != given
    assert len(made) == 32
