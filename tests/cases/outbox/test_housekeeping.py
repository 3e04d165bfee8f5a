"""What a carrier does beside delivering."""
from __future__ import annotations

import datetime as dt
import hashlib
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from cases import store
from cases.models import Blob, Heartbeat, IdempotencyKey, OutboxEntry
from cases.services.heartbeat import beat, carriers_alive, leave
from cases.services.housekeeping import keep_house, move_blobs
from tests.cases.outbox.conftest import NOW

DAY = dt.timedelta(days=1)
BODY = "Quyết định".encode()


@pytest.fixture
def store_folder(tmp_path: Path) -> Any:
    with override_settings(MEDIA_ROOT=tmp_path / "store"):
        yield tmp_path / "store"


def paper(body: bytes = BODY) -> Blob:
    sha256 = hashlib.sha256(body).hexdigest()
    return Blob.objects.create(sha256=sha256, size=len(body), media_type="x", body=body, created_at=NOW)


def test_bytes_of_papers_move_to_the_store_and_stay_readable(store_folder: Path, own_database: str) -> None:
    blob = paper()
    keep_house(NOW)
    blob.refresh_from_db()
    assert blob.body is None
    assert store.read_blob(blob) == BODY
    place = store.path_of(blob.sha256)
    assert stat.S_IMODE(place.stat().st_mode) == 0o440
    assert move_blobs() == 0


def test_a_store_that_cannot_be_written_loses_nothing(store_folder: Path, own_database: str) -> None:
    blob = paper()
    store_folder.write_text("a file where the folder should be")
    keep_house(NOW)
    blob.refresh_from_db()
    assert store.read_blob(blob) == BODY


def test_damaged_bytes_are_not_moved_and_hold_nobody_up(store_folder: Path, own_database: str) -> None:
    damaged, whole = paper(b"another"), paper()
    Blob.objects.filter(pk=damaged.pk).update(body=b"changed")
    assert move_blobs() == 1
    whole.refresh_from_db()
    assert whole.body is None


def test_done_rows_and_keys_go_after_thirty_days(
    store_folder: Path, promised: Callable[..., OutboxEntry]
) -> None:
    long_ago = NOW - 31 * DAY
    old, young = promised("x", done_at=long_ago), promised("x", done_at=NOW - 29 * DAY)
    dead, waiting = promised("x", dead_at=long_ago), promised("x", due=long_ago)
    for age in (31, 29):
        key = {"person": "p", "operation": "o", "payload_hash": "h", "answer": {}, "created_at": NOW - age * DAY}
        IdempotencyKey.objects.create(key=str(age), **key)
    keep_house(NOW)
    left = set(OutboxEntry.objects.values_list("pk", flat=True))
    assert left == {young.pk, dead.pk, waiting.pk}
    assert old.pk not in left
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["29"]


def test_signs_of_life_tell_who_carries(store_folder: Path, own_database: str) -> None:
    beat("worker@mot:1", NOW)
    beat("relay@hai:2", NOW - DAY / 2)
    beat("worker@ba:3", NOW - 2 * DAY)
    assert carriers_alive(NOW) == ["worker@mot:1"]
    keep_house(NOW)
    assert set(Heartbeat.objects.values_list("carrier", flat=True)) == {"worker@mot:1", "relay@hai:2"}
    leave("worker@mot:1")
    assert carriers_alive(NOW) == []
