"""make run on a fresh clone: up, where and for whom, down whole; what stands in the way is said in one line."""
from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.trial import CAST, PASSWORD, address_of
from tests.services import free_port, wait_until
from tests.setup.conftest import Checkout


class Running:
    """`make run` as a person has it in a terminal."""

    def __init__(self, checkout: Checkout, var_dir: Path, port: int) -> None:
        self.port, self.var_dir = port, var_dir
        self.begun = time.monotonic()
        self.output = var_dir.with_suffix(".log").open("w+")
        env = checkout.env(PORT=str(self.port), VAR_DIR=str(var_dir))
        self.process = subprocess.Popen(
            ["make", "run"], cwd=checkout.folder, env=env, start_new_session=True,
            stdout=self.output, stderr=self.output,
        )  # fmt: skip

    def text(self) -> str:
        return Path(self.output.name).read_text()

    def up(self) -> str:
        """Wait for the welcome and return everything said so far."""

        def greeted() -> bool:
            assert self.process.poll() is None, self.text()
            return "Hoso: http" in self.text()

        wait_until(greeted, "make run", 120)
        return self.text()

    def interrupt(self) -> None:
        """Press Ctrl-C: the terminal tells every program of the foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(30)

    def left(self) -> list[int]:
        """Return the processes that still work for this installation."""
        mark = f"VAR_DIR={self.var_dir}\0".encode()
        return [int(place.parent.name) for place in Path("/proc").glob("[0-9]*/environ") if mark in read(place)]


def read(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError:  # gone meanwhile, or somebody else's
        return b""


@pytest.fixture(scope="module")
def start(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Running]]:
    """`start()` runs make run; every call is on the same VAR_DIR and port."""
    var_dir, port, begun = tmp_path_factory.mktemp("run") / "var", free_port(), list[Running]()

    def run() -> Running:
        begun.append(Running(checkout, var_dir, port))
        return begun[-1]

    yield run
    for running in begun:
        if running.process.poll() is None:
            running.interrupt()
        running.output.close()


def test_a_first_start_prepares_everything_and_a_second_nothing(start):
    first = start()
    said = first.up()
    assert f"Hoso: http://127.0.0.1:{first.port}/" in said
    assert [name for name, _, _ in CAST if address_of(name) not in said] == []
    assert PASSWORD in said
    assert "the first ten minutes" in said
    with urllib.request.urlopen(f"http://127.0.0.1:{first.port}/healthz", timeout=10) as answer:
        assert b"version" in answer.read()
    took = time.monotonic() - first.begun
    first.interrupt()
    wait_until(lambda: first.left() == [], "the end of web server and worker", 25)
    second = start()
    said = second.up()
    assert "making the tables" not in said
    assert "loading the demo" not in said
    assert time.monotonic() - second.begun < took
    second.interrupt()
    wait_until(lambda: second.left() == [], "the end of web server and worker", 25)


def test_a_taken_port_is_one_line(checkout, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = checkout.run("make", "run", PORT=port, VAR_DIR=str(tmp_path / "var"))
    assert_one_line(done, f"127.0.0.1:{port}", "make run PORT=8080")


@pytest.mark.parametrize("port", ["0", "http", "70000"])
def test_a_port_that_is_none_is_one_line(checkout, tmp_path, port):
    assert_one_line(checkout.run("make", "run", PORT=port, VAR_DIR=str(tmp_path)), "1 đến 65535", port)


def test_a_folder_that_cannot_be_written_is_one_line(checkout, tmp_path):
    (tmp_path / "file").write_text("")
    done = checkout.run("make", "run", PORT=str(free_port()), VAR_DIR=str(tmp_path / "file" / "var"))
    assert_one_line(done, "VAR_DIR", str(tmp_path / "file" / "var"))


def test_a_host_that_is_not_ours_is_one_line(checkout, tmp_path):
    done = checkout.run("make", "run", HOST="192.0.2.7", PORT=str(free_port()), VAR_DIR=str(tmp_path))
    assert_one_line(done, "192.0.2.7")


def test_an_old_python_is_one_line(checkout, tmp_path):
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        program(tmp_path / "bin" / name, '[ "$1" = --version ] && echo "Python 3.9.2"; [ "$1" != -c ]')
    done = checkout.run("make", "run", PATH=f"{tmp_path}/bin:/usr/bin:/bin", PYTHON="")
    assert_one_line(done, "3.11", "Python 3.9.2")


def test_a_machine_without_python_is_one_line(checkout, tmp_path):
    for name in ("sh", "make"):
        link(tmp_path / "bin" / name)
    assert_one_line(checkout.run("make", "run", PATH=f"{tmp_path}/bin"), "không có python3", "apt-get install python3")


class TestWithoutEnsurepip:
    """Debian and Ubuntu ship Python without it."""

    @pytest.fixture
    def bare(self, tmp_path):
        """A PATH with a Python that lacks ensurepip, and nothing that could help."""
        folder = tmp_path / "bin"
        for name in ("sh", "make", "env"):
            link(folder / name)
        (tmp_path / "site").mkdir()
        (tmp_path / "site" / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
        program(folder / "python3", f'PYTHONPATH={tmp_path}/site exec {sys.base_prefix}/bin/python3 "$@"')
        # find-python asks for sys.executable, which must stay this wrapper.
        body = f"import sys\nsys.modules['ensurepip'] = None\nsys.executable = '{folder}/python3'\n"
        (tmp_path / "site" / "sitecustomize.py").write_text(body)
        return folder

    def test_a_person_is_told_the_one_line_that_helps(self, checkout, tmp_path, bare):
        done = checkout.run("make", "dev", PATH=str(bare), VENV=str(tmp_path / "venv"))
        assert done.returncode == 2
        assert re.search(r"sudo apt-get install python3\.1[123]-venv", done.stderr), done.stderr

    def test_root_gets_it_by_apt_and_nobody_else_touches_apt(self, checkout, tmp_path, bare):
        asked = tmp_path / "asked"
        program(bare / "apt-get", f'echo "$@" >> {asked}')
        checkout.run("make", "dev", PATH=str(bare), VENV=str(tmp_path / "venv"))
        assert asked.exists() == (os.geteuid() == 0)
        assert not asked.exists() or re.search(r"install .*python3\.1[123]-venv", asked.read_text())



def program(place: Path, body: str) -> None:
    """Put a shell program at a place."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{body}\n")
    place.chmod(0o755)


def link(place: Path) -> None:
    """Let a program of this machine be found in a folder."""
    place.parent.mkdir(parents=True, exist_ok=True)
    found = next(folder / place.name for folder in (Path("/bin"), Path("/usr/bin")) if (folder / place.name).exists())
    place.symlink_to(found)


def assert_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Assert exit code 2 and one line of ours, beside what make itself says."""
    ours = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode == 2, done.stderr
    assert len(ours) == 1, done.stderr
    assert [word for word in words if word not in ours[0]] == []
