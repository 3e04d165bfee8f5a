"""An office in this process, on a database of its own: what can be tried without starting programs."""
from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import tarfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from cases.models import Blob, Case, Event, OutboxEntry, Published
from cases.store import path_of, put
from config.backups.archive import hash_of
from tests.databases import connected_to, server_url
from tests.services import postgres_database

NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
LETTER = b"%PDF-1.4 giay gioi thieu"


@pytest.fixture
def elsewhere(office: Path, settings: Any, tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """`elsewhere()` goes to another machine: an empty database and VAR_DIR, to which commands now speak."""
    with contextlib.ExitStack() as stack:

        def go() -> Path:
            settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "there", tmp_path / "there" / "store"
            settings.VAR_DIR.mkdir()
            name = str(settings.VAR_DIR / "hoso.sqlite3")
            if connection.vendor == "postgresql":
                name = f"hoso_there_{uuid.uuid4().hex[:8]}"
                stack.enter_context(postgres_database(server_url(connection.settings_dict), name))
            stack.enter_context(connected_to(name))
            return tmp_path / "there"

        yield go


@pytest.fixture
def copy(office: Path, answered: Any, tmp_path: Path) -> Path:
    """A backup of an office with one case and one upload."""
    lan_files()
    letter_arrives()
    return Path(answered("backup", str(tmp_path / "copy.tar"))["file"])


def lan_files(name: str = "lan", at: dt.datetime = NOW) -> Case:
    """Put a case with one event and a claimed outbox row into the office."""
    lan, _ = User.objects.get_or_create(email=f"{name}@example.vn", defaults={"full_name": "Trần Thị Lan"})
    given = {"effective_from": dt.date(2020, 1, 1), "effective_to": dt.date(2020, 12, 31), "published_at": NOW}
    published, _ = Published.objects.get_or_create(
        procedure="ngo_aid", folder="v1", version="a", hash="d" * 64, body=b"{}", defaults=given
    )
    moments = {"entered_at": NOW, "created_at": NOW, "saved_at": NOW}
    case = Case.objects.create(procedure="ngo_aid", definition=published, state="draft", opened_by=lan, **moments)
    Event.objects.create(
        case=case, seq=1, body=b"{}", hash="a" * 64, kind="transition", name="open", procedure="ngo_aid",
        actor=str(lan.pk), at=at,
    )  # fmt: skip
    held = {"due": NOW, "created_at": NOW, "attempts": 1, "lease_until": NOW}
    OutboxEntry.objects.create(key=f"{case.pk}:1:notice", kind="notice", case_id=case.pk, **held)
    return case


def letter_arrives() -> Path:
    """Put an upload into the store; return where it lies."""
    sha256, size = put(io.BytesIO(LETTER), 1000)
    Blob.objects.create(sha256=sha256, size=size, media_type="application/pdf", created_at=NOW)
    return path_of(sha256)


def rewritten(
    source: Path, target: Path, change: Callable[[dict[str, Any]], object] = lambda _: None, *,
    drop: str = "", database: bytes = b"",
) -> None:  # fmt: skip
    """Copy a backup with another manifest, or another database with which the manifest agrees."""
    with tarfile.open(source) as old:
        bodies = {entry.name: file.read() for entry in old if (file := old.extractfile(entry))}
    manifest = json.loads(bodies["manifest.json"])
    if database:
        name = next(name for name in bodies if name.startswith("database."))
        bodies[name] = database
        manifest["database_sha256"] = hash_of(io.BytesIO(database))[0]
    change(manifest)
    bodies["manifest.json"] = json.dumps(manifest).encode()
    with tarfile.open(target, "w") as new:
        for name, body in bodies.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            if name != drop:
                new.addfile(entry, io.BytesIO(body))
