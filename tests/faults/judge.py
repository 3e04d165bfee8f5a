"""After the fire: python -m tests.faults.judge SECONDS < acknowledged steps

Waits until every effect is settled, then says as one JSON object what was lost, doubled, broken or left over.
"""
from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

import django


def open_rows() -> int:
    """Return how many effects are open still: waiting, failing, or leased to somebody who is dead. Timers may wait."""
    from cases.models import OutboxEntry

    return OutboxEntry.objects.filter(done_at=None, dead_at=None, kind__in=("notice", "service", "void_papers")).count()


def drained(seconds: float) -> bool:
    end = time.monotonic() + seconds
    while open_rows():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def lost(acknowledged: Iterable[str]) -> list[str]:
    """Return the acknowledged steps that are not in the history as they were acknowledged."""
    from cases.models import Event

    found = {f"{case} {seq} {hash_}" for case, seq, hash_ in Event.objects.values_list("case_id", "seq", "hash")}
    return [line for line in acknowledged if line not in found]


def broken_chains() -> list[str]:
    """Return the cases whose history is not one chain from its first event to the head that the case names."""
    from cases.models import Case, Event

    heads: dict[Any, tuple[int, str]] = dict.fromkeys(Case.objects.values_list("pk", flat=True), (0, ""))
    broken = [event.case_id for event in Event.objects.order_by("case_id", "seq") if not follows(event, heads)]
    ends = Case.objects.values_list("pk", "head_seq", "head_hash")
    return sorted({str(case) for case in broken} | {str(case) for case, *end in ends if heads[case] != tuple(end)})


def follows(event: Any, heads: dict[Any, tuple[int, str]]) -> bool:
    """Whether an event is the next after the head so far and has the hash of its bytes; it is the head from now on."""
    from cases.canonical import leaf_hash, parse_body

    body, before = bytes(event.body), heads[event.case_id]
    heads[event.case_id] = (event.seq, event.hash)
    return before == (event.seq - 1, parse_body(body)["prev"]) and leaf_hash(body) == event.hash


def effects() -> dict[str, dict[str, int]]:
    """Return for each kind of effect how many of its occasions met it how often: {"once": n} is what we promise."""
    from cases.models import Event, OutboxEntry, Part
    from notifications.models import Message

    told = Counter(Message.objects.values_list("case_id", "seq", "notice", "channel", "recipient_id"))
    heard = Counter((case, seq) for case, seq, *_ in told)
    noted = Counter(Event.objects.filter(name="note_service").values_list("case_id", "part_key"))
    notices: Any = OutboxEntry.objects.filter(kind="notice").values_list("case_id", "seq")
    promised = Counter(notices)
    rounds = Part.objects.filter(kind="supplement").values_list("case_id", "key")
    steps = Event.objects.filter(name__in=("submit", "request_supplement_intake")).values_list("case_id", "seq")
    return {
        "promise of a step": counted(promised[step] for step in steps),
        "message": counted(told.values()),
        "notice that somebody reads": counted(min(heard[row], 1) for row in notices),
        "service noted": counted(noted[part] for part in rounds),
    }


def counted(numbers: Iterable[int]) -> dict[str, int]:
    names = {0: "never", 1: "once"}
    return dict(Counter(names.get(number, "more than once") for number in numbers))


def intact() -> bool:
    """Return whether SQLite finds its file in order."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return bool(cursor.fetchone() == ("ok",))


def verdict(acknowledged: list[str], seconds: float) -> dict[str, Any]:
    from django.db.models import Max

    from cases.models import OutboxEntry

    begun = time.monotonic()
    return {
        "drained": drained(seconds),
        "seconds": round(time.monotonic() - begun, 1),
        "acknowledged": len(acknowledged),
        "lost": lost(acknowledged),
        "broken_chains": broken_chains(),
        "dead": OutboxEntry.objects.filter(dead_at__isnull=False).count(),
        "attempts": OutboxEntry.objects.aggregate(most=Max("attempts"))["most"],
        "effects": effects(),
        "intact": intact(),
    }


if __name__ == "__main__":
    django.setup()
    lines = [line.strip() for line in sys.stdin]
    sys.stdout.write(json.dumps(verdict(lines, float(sys.argv[1]))))
