"""The evidence bundle: what verify.py reads, taken from the live record case by case into one zip file.

Without further asking it holds no personal value: events carry commitments. Values and files go in only for a named
person, as far as the rules of visibility let that person see them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import User
from audit import verify
from audit.record import CaseRecord, body_of, document_row, orphans, records
from audit.visible import visible_inputs
from cases.evidence import Piece
from cases.models import Case
from cases.services.views_log import log_view

DRAFT = "draft"
EPOCH = (2020, 1, 1, 0, 0, 0)  # members carry no time of their own: the manifest says when it was made
STREAMS = ("cases.jsonl", "events.txt", "documents.jsonl")
PRIVATE = ("values.jsonl", "views.jsonl")  # only for a named person
README = """GÓI CHỨNG CỨ LỊCH SỬ HỒ SƠ / EVIDENCE BUNDLE

Kiểm chứng / to verify:   python3 -I -S verify.py <gói này / this file>.zip
Hãy dùng bản verify.py của chính anh/chị, lấy từ bản phát hành; bản trong gói chỉ để tiện đọc.
Use a verify.py of your own, from the release; the copy in here is for reading.

MANIFEST.json      bản kê: mã băm của từng tệp / the hash of every file
cases.jsonl        hồ sơ: điểm cuối của lịch sử, trạng thái / cases: head of history, state
events.txt         mỗi dòng: hồ sơ, mã băm, nội dung sự kiện nguyên văn / a line: case, hash, event as stored
definitions/       quy trình đã công bố, theo mã băm / published definitions, by hash
documents.jsonl    văn bản, tệp: mã băm / documents and files: hashes
documents/         nội dung của chúng, khi người xuất được xem / their bytes, when the person may see them
values.jsonl       giá trị sau cam kết, khi người xuất được xem / values behind commitments, likewise
views.jsonl        nhật ký xem, đi cùng giá trị / the log of views, with the values
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes in beside the events: values and files as far as `roles` may see them."""

    roles: frozenset[str] = frozenset()
    values: bool = False
    documents: bool = False


@dataclass(slots=True)
class Exported:
    """What went into a bundle."""

    cases: int = 0
    events: int = 0
    documents: int = 0
    values: int = 0
    case_ids: list[str] = field(default_factory=list)


def export(cases: QuerySet[Case], path: Path, *, whole: bool, wanted: Wanted, now: dt.datetime) -> Exported:
    """Write the bundle of these cases to `path`, which appears only when complete; `whole`: they are all cases."""
    waiting = path.with_name(path.name + ".part")
    try:
        with zipfile.ZipFile(waiting, "w", zipfile.ZIP_DEFLATED) as target:
            done = _Writer(target, wanted).write(_records(cases, whole=whole), whole=whole, now=now)
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)
    return done


def note_taken_out(cases: QuerySet[Case], person: User, wanted: Wanted, purpose: str, now: dt.datetime) -> None:
    """Record in the log of views of each case that its values or files are about to be taken out, by whom, what for."""
    taken = [name for name in ("values", "documents") if getattr(wanted, name)]
    for case in cases.only("pk").iterator(chunk_size=500):
        log_view(case=case, person=person, what=f"bundle: {', '.join(taken)}", purpose=purpose, now=now)


def _records(cases: QuerySet[Case], *, whole: bool) -> Iterator[CaseRecord]:
    """Records in the order of ids; history without its case stands at its place in that order."""
    lost = iter(orphans() if whole else ())
    waiting = next(lost, None)
    for record in records(cases):
        while waiting is not None and waiting.id < record.id:
            yield waiting
            waiting = next(lost, None)
        yield record
    while waiting is not None:
        yield waiting
        waiting = next(lost, None)


class _Writer:
    """Gathers the streams beside the zip, for a zip takes one member at a time."""

    def __init__(self, target: zipfile.ZipFile, wanted: Wanted) -> None:
        self.target, self.wanted = target, wanted
        self.files: dict[str, dict[str, Any]] = {}
        self.definitions: set[str] = set()
        self.done = Exported()

    def write(self, found: Iterable[CaseRecord], *, whole: bool, now: dt.datetime) -> Exported:
        with ExitStack() as stack:
            names = (*STREAMS, *(PRIVATE if self.wanted.values else ()))
            streams = {name: stack.enter_context(tempfile.TemporaryFile()) for name in names}
            for record in found:
                self._case(record, streams)
            for name, stream in streams.items():
                self._stream(name, stream)
        self._rest()
        scope = "all" if whole else self.done.case_ids
        self._member("MANIFEST.json", _line(self._manifest(scope, now)), listed=False)
        return self.done

    def _manifest(self, scope: Any, now: dt.datetime) -> dict[str, Any]:
        return {
            "format": verify.FORMAT,
            "origin": settings.ORIGIN,
            "product": settings.PRODUCT_VERSION,
            "made_at": now.isoformat(),
            "scope": scope,
            "values": self.wanted.values,
            "documents": self.wanted.documents,
            "files": self.files,
        }

    def _case(self, record: CaseRecord, streams: Mapping[str, IO[bytes]]) -> None:
        self.done.cases += 1
        self.done.case_ids.append(str(record.id))
        if record.head is not None:
            streams["cases.jsonl"].write(_line(record.head))
        for event in record.events:
            body = bytes(event.body)
            streams["events.txt"].write(b"%s %s %s\n" % (str(record.id).encode(), event.hash.encode(), body))
            self.done.events += 1
            self.definitions.add(str((verify.parse(body) or {}).get("definition", "")))
        for piece in record.pieces:
            row = {**document_row(record, piece), "file": self._piece(record, piece)}
            streams["documents.jsonl"].write(_line(row))
            self.done.documents += 1
        if self.wanted.values:
            self._values(record, streams["values.jsonl"])
            streams["views.jsonl"].writelines(_line(view) for view in record.views)

    def _piece(self, record: CaseRecord, piece: Piece) -> str:
        """Put the bytes in when they are asked for; a file that is gone keeps its place, so that it is missed."""
        if not self.wanted.documents or _is_draft(record):
            return ""
        body = piece.read()
        if body is not None:
            self._member(f"documents/{piece.name}", body)
        return piece.name

    def _values(self, record: CaseRecord, stream: IO[bytes]) -> None:
        for seq, values in () if _is_draft(record) else visible_inputs(record, self.wanted.roles):
            stream.write(_line({"case": str(record.id), "seq": seq, "values": values}))
            self.done.values += len(values)

    def _rest(self) -> None:
        for digest in sorted(self.definitions):
            body = body_of(digest)
            if body is not None:
                self._member(f"definitions/{digest}.json", body)
        self._member("verify.py", Path(verify.__file__).read_bytes())
        self._member("README.txt", README.encode())

    def _member(self, name: str, body: bytes, *, listed: bool = True) -> None:
        self.target.writestr(zipfile.ZipInfo(name, EPOCH), body, zipfile.ZIP_DEFLATED)
        if listed:
            self.files[name] = {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}

    def _stream(self, name: str, stream: IO[bytes]) -> None:
        stream.seek(0)
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(name, EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        with self.target.open(info, "w", force_zip64=True) as member:
            for chunk in iter(lambda: stream.read(1 << 20), b""):
                digest.update(chunk)
                size += len(chunk)
                member.write(chunk)
        self.files[name] = {"sha256": digest.hexdigest(), "bytes": size}


def _is_draft(record: CaseRecord) -> bool:
    """A draft is its applicant's own until it is filed (cases.access.visible_cases)."""
    return record.head is not None and record.head["state"] == DRAFT


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n"
