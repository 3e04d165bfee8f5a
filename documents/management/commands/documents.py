"""documents list CODE | documents get ID: what was made for a case, and the bytes of one document."""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Q

from accounts.clock import now
from accounts.models import User
from cases.access import visible_cases, visible_rows
from documents.models import Document
from documents.queries import BytesChanged, BytesMissing, as_row, bytes_of, documents_of, find_document

OK, UNUSABLE, NOT_FOUND, TAMPERED, INCOMPLETE = 0, 2, 5, 10, 11


class Command(BaseCommand):
    help = "Liệt kê và lấy văn bản của hồ sơ (list and get the documents of a case)"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="văn bản của một hồ sơ")
        listing.add_argument("code", help="mã hồ sơ hoặc mã nộp")
        getting = verbs.add_parser("get", help="lấy tệp của một văn bản")
        getting.add_argument("id", help="mã văn bản (id của documents list)")
        getting.add_argument("--out", help="tệp ghi ra; mặc định: tên của văn bản trong thư mục hiện tại")
        for verb in (listing, getting):
            verb.add_argument("--as", dest="person", required=True, help="thư điện tử của người xem")
            verb.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run one verb and end the process with its exit code."""
        del args
        viewer = User.objects.filter(email=options["person"].lower(), is_active=True).first()
        if viewer is None:
            self._end(UNUSABLE, options, {"error": "no_user"}, "Không có người dùng này")
        elif options["verb"] == "list":
            self._list(viewer, options)
        else:
            self._get(viewer, options)

    def _list(self, viewer: User, options: dict[str, Any]) -> None:
        code = Q(case_code=options["code"]) | Q(submission_code=options["code"])
        case = visible_cases(viewer, now()).filter(code).first() or visible_rows(viewer, now()).filter(code).first()
        if case is None:
            self._end(NOT_FOUND, options, {"error": "not_found"}, "Không tìm thấy hồ sơ")
            return
        rows = [as_row(document) for document in documents_of(case, viewer, now())]
        lines = [f"{r['id']}  {r['status']:<10}  {r['number'] or '–':<20}  {r['title']}" for r in rows]
        self._end(OK, options, {"case": case.code, "documents": rows}, "\n".join(lines))

    def _get(self, viewer: User, options: dict[str, Any]) -> None:
        document = _found(options["id"], viewer)
        if document is None:
            self._end(NOT_FOUND, options, {"error": "not_found"}, "Không tìm thấy văn bản")
            return
        try:
            body = bytes_of(document.blob)
        except BytesMissing:
            self._end(INCOMPLETE, options, {"error": "incomplete"}, "Không còn tệp của văn bản")
        except BytesChanged:
            self._end(TAMPERED, options, {"error": "tampered"}, "Tệp của văn bản đã bị sửa")
        else:
            out = Path(options["out"] or document.file_name)
            out.write_bytes(body)
            self._end(OK, options, {"document": as_row(document), "file": str(out)}, str(out))

    def _end(self, status: int, options: dict[str, Any], answer: dict[str, Any], text: str) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            (self.stdout if status == OK else self.stderr).write(text)
        if status != OK:
            sys.exit(status)


def _found(given: str, viewer: User) -> Document | None:
    try:
        return find_document(uuid.UUID(given), viewer, now())
    except ValueError:
        return None
