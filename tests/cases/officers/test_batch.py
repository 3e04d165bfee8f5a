"""One step of several parts in one form: asked once, an event for each, and each told by itself."""
from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from cases.models import Event, Part
from cases.services import Target, advance_each
from tests.procedures.province import case_at
from tests.procedures.runner import Walk, person
from workflows.errors import TransitionRefused

SignIn = Callable[[str], Client]
REASON = "Nội dung đã rõ, không cần hỏi nữa."


@pytest.fixture
def asked(in_province: str, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Several agencies have been asked about a grant."""
    found = case_at("consulting")
    monkeypatch.setenv("HOSO_CLOCK", found.now.isoformat())
    return found


def address(walk: Walk, step: str = "drop") -> str:
    return f"/cases/{walk.case.code}/batch/opinion/{step}/"


def keys(walk: Walk) -> list[str]:
    waiting = Part.objects.filter(case=walk.case, kind="opinion", state="asked").order_by("key")
    return list(waiting.values_list("key", flat=True))


def dropped(walk: Walk) -> list[str]:
    """Return the parts of which the step was proposed: the head of division agrees to each."""
    proposed = Event.objects.filter(case=walk.case, name="drop.proposed").order_by("seq")
    return list(proposed.values_list("part_key", flat=True))


def sent(client: Client, walk: Walk, *parts: str, **form: str) -> str:
    answer = client.post(address(walk), {"parts": parts, "_key": "one-form-of-ha", **form})
    assert answer.status_code == (422 if form.get("expect") == "422" else 200), answer.content.decode()
    return answer.content.decode()


def test_ha_asks_two_agencies_no_more_in_one_form_and_each_has_its_event(asked: Walk, signed_in: SignIn) -> None:
    ha, (first, second, *_) = signed_in("ha"), keys(asked)
    page = ha.get(f"/cases/{asked.case.code}/").content.decode()
    assert f'href="{address(asked)}"' in page
    assert ha.get(address(asked)).content.decode().count('name="parts"') == len(keys(asked))

    told = sent(ha, asked, first, second, reason=REASON)

    assert re.findall(r'data-part="([^"]+)" data-done="yes"', told) == [first, second]
    assert dropped(asked) == [first, second]
    sent(ha, asked, first, second, reason=REASON)  # the same form again
    assert dropped(asked) == [first, second]


def test_who_is_refused_holds_nobody_up_and_is_told_why(asked: Walk) -> None:
    first, second, *_ = keys(asked)
    ha, data = person("ha"), {"reason": REASON}
    advance_each(targets=[Target(asked.case.pk, first)], transition="drop", actor=ha, now=asked.now, data=data)

    results = advance_each(
        targets=[Target(asked.case.pk, key) for key in (first, second, "opinion-99")],
        transition="drop", actor=ha, now=asked.now, data=data,
    )  # fmt: skip

    assert [result.outcome is not None for result in results] == [False, True, False]
    assert [r.code for r in results[0].reasons] == ["cosign_pending"]
    assert results[2].reasons
    assert dropped(asked) == [first, second]


def test_what_was_typed_wrong_is_told_at_its_place_and_nothing_is_taken(asked: Walk, signed_in: SignIn) -> None:
    ha, (first, second, *_) = signed_in("ha"), keys(asked)

    assert "Chọn ít nhất một mục" in sent(ha, asked, reason=REASON, expect="422")
    told = sent(ha, asked, first, second, reason="", expect="422")
    assert "error-summary" in told
    assert f'value="{first}" checked' in told
    assert dropped(asked) == []


def test_a_step_that_is_not_hers_or_takes_a_file_has_no_such_form(asked: Walk, signed_in: SignIn) -> None:
    assert signed_in("lan").get(address(asked)).status_code == 404
    assert signed_in("ha").get(address(asked, "answer")).status_code == 404
    assert signed_in("ha").get(address(asked, "drops")).status_code == 404


def test_more_than_five_hundred_are_refused_at_once(asked: Walk) -> None:
    many = [Target(asked.case.pk, f"opinion-{n}") for n in range(501)]
    with pytest.raises(TransitionRefused, match="500"):
        advance_each(targets=many, transition="drop", actor=person("ha"), now=asked.now, data={"reason": REASON})
