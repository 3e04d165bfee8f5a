"""The product as people get it: its own processes, its own VAR_DIR and database, spoken to from outside."""
from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.databases import made_once
from tests.services import LEASH, free_port, postgres_database, stop, wait_until
from tests.warm import Warm

ROOT = Path(__file__).resolve().parent.parent
PREPARATION = (("migrate", "--verbosity", "0"), ("demo",))


def product_environment(var_dir: Path, database_url: str = "", **more: str) -> dict[str, str]:
    """Return the environment of a product process: the caller's own settings never leak into it."""
    ours = ("DATABASE_URL", "REDIS_URL", "EMAIL_HOST", "HOSO_ENV", "HOSO_DEMO", "DJANGO_SETTINGS_MODULE", "HOSO_CLOCK")
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    own = {"VAR_DIR": str(var_dir), "HOSO_TEST": "1", "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}
    return {**inherited, **own, **({"DATABASE_URL": database_url} if database_url else {}), **more}


@dataclass
class Product:
    """One installation: run commands, start and kill its processes."""

    var_dir: Path
    env: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    address: str = ""
    warm: Warm | None = None

    def run(self, *arguments: str, given: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py …` and return what it said; the exit code is the caller's to judge.

        In a process of its own, whose interpreter has read the code already unless something is asked of `env`.
        """
        if not env:
            with contextlib.suppress(BrokenPipeError), tempfile.TemporaryDirectory(prefix="hoso-run-") as folder:
                return self._warm().run(Path(folder), arguments, given)
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        everything = {**self.env, **env}
        return subprocess.run(
            command, env=everything, input=given, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False
        )

    def _warm(self) -> Warm:
        if self.warm is None or self.warm.env != self.env:
            self.cool()
            self.warm = Warm(self.env)
        return self.warm

    def cool(self) -> None:
        """End the interpreter that has read the code."""
        if self.warm is not None:
            self.warm.end()
        self.warm = None

    def manage(self, *arguments: str, code: int = 0, **env: str) -> str:
        """Run `manage.py …`, insist on the exit code and return stdout."""
        done = self.run(*arguments, **env)
        assert done.returncode == code, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *arguments: str, code: int = 0, **env: str) -> dict[str, Any]:
        """Run `manage.py … --json`, insist on the exit code and return the one object on stdout."""
        answer: dict[str, Any] = json.loads(self.manage(*arguments, "--json", code=code, **env))
        return answer

    def start(self, name: str, *command: str, **env: str) -> subprocess.Popen[bytes]:
        """Start a process of the product; its output goes to VAR_DIR/<name>.log, its end comes with the test."""
        with (self.var_dir / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*LEASH, sys.executable, *command],
                env={**self.env, **env}, stdout=log, stderr=log, cwd=ROOT, start_new_session=True,
            )
        self.processes[name] = process
        return process

    def start_web(self, name: str = "web", port: int = 0) -> str:
        """Start the web server and return its address once it answers."""
        port = port or free_port()
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        self.start(name, "-m", "granian", *options, "--blocking-threads", "4", "--no-ws", "config.wsgi:application")
        self.address = f"http://127.0.0.1:{port}"
        self.wait_for(name, lambda: answers(f"{self.address}/healthz"))
        return self.address

    def start_worker(self, name: str = "worker") -> subprocess.Popen[bytes]:
        """Start `manage.py worker`: it claims and delivers by itself."""
        return self.start(name, "manage.py", "worker")

    def start_relay(self, redis_url: str, name: str = "relay") -> subprocess.Popen[bytes]:
        """Start `manage.py relay`: it hands outbox ids to Celery."""
        return self.start(name, "manage.py", "relay", REDIS_URL=redis_url)

    def start_celery(self, redis_url: str, name: str = "celery") -> subprocess.Popen[bytes]:
        """Start a real Celery worker with two processes."""
        options = ["-A", "config.celery", "worker", "--concurrency", "2", "--loglevel", "WARNING"]
        return self.start(name, "-m", "celery", *options, REDIS_URL=redis_url)

    def wait_for(self, name: str, ready: Any, seconds: float = 30) -> None:
        """Wait until `ready()`; a process that ended meanwhile shows its log."""

        def check() -> bool:
            assert self.processes[name].poll() is None, f"{name} ended:\n{self.log(name)}"
            return bool(ready())

        wait_until(check, name, seconds)

    def log(self, name: str) -> str:
        """Return what a process wrote."""
        return (self.var_dir / f"{name}.log").read_text(errors="replace")

    def kill(self, name: str) -> None:
        """kill -9 a process and all its children."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)

    def end(self, name: str) -> int:
        """Ask a process to stop, as systemd and the supervisor do, and return its exit code.

        Not by SIGINT to the group: granian 2.8 then often waits for a worker that was told twice (its issue 900).
        """
        process = self.processes.pop(name)
        stop(process, signal.SIGTERM)
        return process.returncode

    def end_all(self) -> None:
        """Stop whatever still runs."""
        self.cool()
        for name in list(self.processes):
            self.end(name)


def answers(url: str) -> bool:
    """Return whether an address answers at all."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _prepare(var_dir: Path, database_url: str = "") -> None:
    var_dir.mkdir()
    first = Product(var_dir, product_environment(var_dir, database_url))
    for command in PREPARATION:
        first.manage(*command)
    first.cool()


class ProductShelf:
    """Installations with the demo office, made once per kind of database and copied for each test."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, f"hoso_demo_{uuid.uuid4().hex[:8]}"  # other processes have a shelf there too
        self.prepared: dict[str, Path] = {}
        self.stack = contextlib.ExitStack()

    def prepare(self, server_url: str) -> Path:
        """Return the VAR_DIR of the prepared installation on SQLite ("") or on the PostgreSQL server."""
        if server_url not in self.prepared and server_url:
            url = self.stack.enter_context(postgres_database(server_url, self.name))
            self.prepared[server_url] = self.folder / "postgres"
            _prepare(self.prepared[server_url], url)
        elif server_url not in self.prepared:
            self.prepared[server_url] = made_once("demo", self.folder, _prepare)
        return self.prepared[server_url]

    @contextlib.contextmanager
    def copy(self, server_url: str, env: dict[str, str]) -> Iterator[Product]:
        """Yield a product of its own; on PostgreSQL a database of its own on the same server."""
        source, var_dir = self.prepare(server_url), Path(tempfile.mkdtemp(prefix="hoso-var-"))
        shutil.copytree(source, var_dir, dirs_exist_ok=True)
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, var_dir, ignore_errors=True)
            name = f"hoso_{uuid.uuid4().hex[:12]}"
            url = stack.enter_context(postgres_database(server_url, name, self.name)) if server_url else ""
            product = Product(var_dir, product_environment(var_dir, url, **env))
            stack.callback(product.end_all)
            yield product
