"""manage.py serve: prepare the installation, then run web server and worker until Ctrl-C."""
from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.preparation import prepare, welcome
from config.supervisor import PortTaken, Program, run_until_stopped


class Command(BaseCommand):
    help = "Chuẩn bị và chạy Hoso: máy chủ web và tiến trình nền / prepare and run web server and worker"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=4)

    def handle(self, *_: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        if settings.PRODUCTION:
            raise CommandError("production runs the systemd units in deploy/ (docs/operations.md)", returncode=2)
        prepare(self.stderr.write)
        try:
            code = run_until_stopped(
                programs(host, port, options["threads"]),
                address=(host, port),
                started=lambda: self.stdout.write(welcome(host, port)),
                said=self.stderr.write,
            )
        except PortTaken as taken:
            raise CommandError(str(taken), returncode=2) from taken
        sys.exit(code)


def programs(host: str, port: int, threads: int) -> list[Program]:
    """Return the two programs of the embedded shape. One web process: SQLite has one writer anyway."""
    allowed = {*settings.ALLOWED_HOSTS, host}
    env = {**os.environ, "ALLOWED_HOSTS": ",".join(sorted(allowed))}
    web = ["-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1"]
    web += ["--blocking-threads", str(threads), "--no-ws", "--log-level", "warning", "config.wsgi:application"]
    worker = ["manage.py", "worker"]
    return [Program("web", [sys.executable, *web], env), Program("worker", [sys.executable, *worker], env)]
