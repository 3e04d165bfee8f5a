"""What we rely on in `transitions` (pinned 0.9.x): an update that changes one of these must not pass unnoticed."""
from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pytest
from transitions import EventData, Machine, MachineError


@dataclass(slots=True, weakref_slot=True)
class Cursor:
    state: str
    allowed: bool = True


def machine(**more: Any) -> Machine:
    """Build a machine as workflows.engine does."""
    made = Machine(
        model=None, states=["draft", "submitted", "received"], initial=None, auto_transitions=False, send_event=True,
        queued=False,
    )  # fmt: skip
    made.add_transition("submit", "draft", "submitted", **more)
    made.add_transition("receive", "submitted", "received")
    return made


def test_the_pinned_version_is_the_one_that_these_tests_are_about() -> None:
    assert version("transitions").startswith("0.9.")


def test_a_machine_without_models_moves_a_throw_away_object() -> None:
    cursor = Cursor("draft")

    assert machine().events["submit"].trigger(cursor) is True
    assert cursor.state == "submitted"


def test_the_machine_keeps_nothing_of_what_it_moved() -> None:
    made, cursor = machine(), Cursor("draft")
    made.events["submit"].trigger(cursor)
    gone = weakref.ref(cursor)

    del cursor
    gc.collect()

    assert gone() is None
    assert made.models == []


def test_a_step_from_another_state_raises() -> None:
    with pytest.raises(MachineError):
        machine().events["receive"].trigger(Cursor("draft"))


def test_a_failed_condition_returns_false_without_a_word() -> None:
    """Hence our guards give reasons before anything is fired."""

    def allowed(event: EventData) -> bool:
        return isinstance(event.model, Cursor) and event.model.allowed

    cursor = Cursor("draft", allowed=False)

    assert machine(conditions=[allowed]).events["submit"].trigger(cursor) is False
    assert cursor.state == "draft"


def test_conditions_are_asked_in_turn_and_the_first_arrow_that_may_is_taken() -> None:
    made = Machine(
        model=None, states=["asked", "one", "two"], initial=None, auto_transitions=False, send_event=True, queued=False
    )
    made.add_transition("back", "asked", "one", conditions=[lambda _: False])
    made.add_transition("back", "asked", "two", conditions=[lambda _: True])
    cursor = Cursor("asked")

    assert made.events["back"].trigger(cursor) is True
    assert cursor.state == "two"


def test_an_unknown_state_of_the_object_is_refused_only_when_it_is_fired() -> None:
    """Hence our loader checks every name of a state; the machine does not."""
    with pytest.raises((MachineError, ValueError)):
        machine().events["submit"].trigger(Cursor("nowhere"))


def test_no_step_goes_everywhere_by_itself() -> None:
    assert sorted(machine().events) == ["receive", "submit"]


def test_one_machine_serves_many_threads() -> None:
    made, wrong = machine(), list[str]()

    def walk() -> None:
        for _ in range(300):
            cursor = Cursor("draft")
            made.events["submit"].trigger(cursor)
            made.events["receive"].trigger(cursor)
            if cursor.state != "received":
                wrong.append(cursor.state)

    threads = [threading.Thread(target=walk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
