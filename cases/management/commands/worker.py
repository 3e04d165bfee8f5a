"""manage.py worker [--once]: deliver what steps have promised, without a broker."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError

from cases.services.mishaps import what_failed
from cases.shift import DATABASE_SILENT, Shift
from cases.worker import deliver_everything, outbox_answers, run_worker

UNEXPECTED = 1


class Command(BaseCommand):
    help = "Thực hiện những việc đã hứa: gửi tin, hẹn giờ, liên kết / deliver what steps have promised"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="đến khi không còn việc đến hạn / until nothing is due")
        parser.add_argument("--threads", type=int, default=4)
        parser.add_argument("--json", action="store_true", help="với --once: một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        """Deliver, and end with 0; with 1 when the database does not answer or a thread broke down."""
        try:
            outbox_answers()
            done = self._once(options) if options["once"] else run_worker(Shift("worker"), options["threads"])
        except (DatabaseError, InterfaceError) as fault:
            self._refuse(fault, options)
            done = False
        if not done:
            sys.exit(UNEXPECTED)

    def _once(self, options: dict[str, Any]) -> bool:
        ended = deliver_everything()
        if options["json"]:
            self.stdout.write(json.dumps({"delivered": ended}))
        else:
            self.stdout.write(", ".join(f"{how}: {n}" for how, n in ended.items()) or "không có việc / nothing due")
        return True

    def _refuse(self, fault: Exception, options: dict[str, Any]) -> None:
        self.stderr.write(f"{DATABASE_SILENT} ({what_failed(fault)})")
        if options["json"]:
            self.stdout.write(json.dumps({"error": "database"}))
