"""manage.py serve: prepare the installation, then run web server and worker until Ctrl-C."""
from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.preparation import OtherTables, prepare
from config.supervisor import PortTaken, Program, run_until_stopped
from config.welcome import welcome

LOOPBACK, ANYWHERE = {"127.0.0.1", "localhost", "::1"}, {"0.0.0.0", "::"}  # noqa: S104  # compared, not listened on

OF_BEFORE = (
    "{0}: dữ liệu của bản trước bản phát hành đầu tiên, không dùng được nữa; đổi tên hoặc xóa thư mục ấy rồi chạy lại."
    " / Data of a version before the first release; rename or remove that folder and start again."
)


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
        address = address_of(host, port)
        try:
            prepare(self.stderr.write, address)
            code = run_until_stopped(
                programs(host, port, options["threads"]),
                address=(host, port),
                started=lambda: self._greet(address, host),
                said=self.stderr.write,
            )
        except PortTaken as taken:
            raise CommandError(str(taken), returncode=2) from taken
        except OtherTables as other:
            raise CommandError(OF_BEFORE.format(settings.VAR_DIR), returncode=2) from other
        sys.exit(code)

    def _greet(self, address: str, host: str) -> None:
        self.stdout.write(welcome(address, trial=settings.DEMO, open_to_all=host not in LOOPBACK))
        self.stdout.flush()


def address_of(host: str, port: int) -> str:
    """Return the address that a person opens."""
    name = "127.0.0.1" if host in ANYWHERE else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def names_of(host: str) -> set[str]:
    """Return the names under which this machine may be asked for, beside those that ALLOWED_HOSTS gives."""
    if host not in ANYWHERE:
        return {f"[{host}]" if ":" in host else host}
    return {"*"}  # a demo on every interface: whoever reaches the machine, by whatever name, may open it


def programs(host: str, port: int, threads: int) -> list[Program]:
    """Return the two programs of the embedded shape. One web process: SQLite has one writer anyway."""
    allowed = {*settings.ALLOWED_HOSTS, *names_of(host)}
    env = {**os.environ, "ALLOWED_HOSTS": ",".join(sorted(allowed))}
    web = ["-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1"]
    web += ["--blocking-threads", str(threads), "--no-ws", "--log-level", "warning"]
    # granian 2.8 can miss that its worker has stopped (its issue 900): it then ends it after this many seconds.
    web += ["--workers-kill-timeout", "10", "config.wsgi:application"]
    worker = ["manage.py", "worker"]
    return [Program("web", [sys.executable, *web], env), Program("worker", [sys.executable, *worker], env)]
