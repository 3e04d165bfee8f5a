"""An interpreter that has read the product's code and runs each `manage.py …` in a process of its own.

To read the code takes a second, what a command does a tenth of it. Each command still has its own process, streams,
connection and exit code; that manage.py begins from nothing is proved where installations are made and servers start.
"""

from __future__ import annotations

import json
import os
import runpy
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.services import LEASH, stop

ROOT = Path(__file__).resolve().parent.parent
STREAMS = (("given", os.O_RDONLY), ("said", os.O_WRONLY | os.O_CREAT), ("complained", os.O_WRONLY | os.O_CREAT))


class Warm:
    """Such an interpreter, in an environment that stays; it ends with `end`."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = dict(env)
        command = [*LEASH, sys.executable, "-m", "tests.warm"]
        self.process = subprocess.Popen(
            command, env=self.env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )

    def run(self, folder: Path, arguments: Sequence[str], given: str = "") -> subprocess.CompletedProcess[str]:
        """Run `manage.py …`; raises TimeoutExpired after two minutes, BrokenPipeError when the code cannot be read."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        (folder / "given").write_text(given)
        self.process.stdin.write(json.dumps([str(folder), *arguments]).encode() + b"\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], 120)[0]:
            raise subprocess.TimeoutExpired(list(arguments), 120)
        code = self.process.stdout.readline()
        if not code:
            raise BrokenPipeError
        said, complained = ((folder / name).read_text() for name in ("said", "complained"))
        return subprocess.CompletedProcess(list(arguments), int(code), said, complained)

    def end(self) -> None:
        stop(self.process, signal.SIGTERM)
        with self.process:  # its pipes
            pass


def read_everything() -> None:
    """Read the code of every command of ours."""
    import django
    from django.core.management import get_commands, load_command_class

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    for name, app in get_commands().items():
        if not app.startswith("django"):
            load_command_class(app, name)


def become(folder: str, arguments: list[str]) -> None:
    """Be `manage.py …` from here on, with streams in a folder; ends as it ends."""
    for number, (name, how) in enumerate(STREAMS):
        opened = os.open(f"{folder}/{name}", how | (os.O_TRUNC if number else 0), 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  - it lives as long as the process
    sys.argv = [str(ROOT / "manage.py"), *arguments]
    runpy.run_path(sys.argv[0], run_name="__main__")
    sys.exit(0)


def main() -> None:
    answers: Any = os.fdopen(os.dup(1), "w")
    read_everything()
    for line in sys.stdin:
        folder, *arguments = json.loads(line)
        child = os.fork()
        if not child:
            become(folder, arguments)
        answers.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        answers.flush()


if __name__ == "__main__":
    main()
