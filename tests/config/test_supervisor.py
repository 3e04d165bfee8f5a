"""Several programs come up and go down together."""
from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from config.management.commands.serve import address_of, names_of, programs
from config.supervisor import PortTaken, Program, run_until_stopped
from config.welcome import welcome
from tests.services import free_port

LISTENING = "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', {port})); s.listen(); time.sleep(60)"
NOTING = """
import pathlib, signal, sys, time
signal.signal(15, lambda *_: (pathlib.Path({note!r}).touch(), sys.exit(0)))
time.sleep(60)
"""


def program(name: str, source: str) -> Program:
    return Program(name, [sys.executable, "-c", source], dict(os.environ))


def test_a_signal_ends_everything_in_order(tmp_path):
    port, said, note = free_port(), list[str](), tmp_path / "ended"
    both = [program("web", LISTENING.format(port=port)), program("worker", NOTING.format(note=str(note)))]

    def started() -> None:
        said.append("started")
        time.sleep(0.5)  # the worker sets its handler
        os.kill(os.getpid(), signal.SIGINT)

    assert run_until_stopped(both, address=("127.0.0.1", port), started=started, said=said.append) == 0
    assert said == ["started", "Đang dừng … / stopping"]
    assert note.exists()


def test_one_that_ends_by_itself_takes_the_others_down(tmp_path):
    port, said, note = free_port(), list[str](), tmp_path / "ended"
    waiting = NOTING.format(note=str(note))
    both = [program("web", "import time; time.sleep(1); raise SystemExit(3)"), program("worker", waiting)]
    assert run_until_stopped(both, address=("127.0.0.1", port), started=lambda: None, said=said.append) == 1
    assert "web đã dừng" in said[0]
    assert note.exists()


def test_a_program_that_does_not_listen_to_signals_is_killed(monkeypatch):
    monkeypatch.setattr("config.supervisor.GRACE", 1.0)
    port = free_port()
    deaf = program("web", "import signal; signal.signal(15, signal.SIG_IGN); " + LISTENING.format(port=port))
    begun = time.monotonic()
    asking = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGTERM))
    asking.start()
    assert run_until_stopped([deaf], address=("127.0.0.1", port), started=lambda: None, said=lambda _: None) == 0
    assert time.monotonic() - begun < 30


def test_a_taken_port_is_found_before_anything_starts(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        place = tmp_path / "started"
        never = program("web", f"import pathlib; pathlib.Path({str(place)!r}).touch()")
        with pytest.raises(PortTaken):
            run_until_stopped([never], address=other.getsockname(), started=lambda: None, said=lambda _: None)
    assert not place.exists()


@pytest.mark.parametrize(
    ("host", "address", "names"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000", {"127.0.0.1"}),
        ("hoso.lan", "http://hoso.lan:8000", {"hoso.lan"}),
        ("::1", "http://[::1]:8000", {"[::1]"}),
        ("0.0.0.0", "http://127.0.0.1:8000", {"*"}),
    ],
)
def test_an_address_that_can_be_opened_and_is_allowed(host, address, names):
    assert (address_of(host, 8000), names_of(host)) == (address, names)


def test_the_web_server_and_the_worker_are_one_of_each():
    web, worker = programs("::1", 8001, 4)
    assert "[::1]" in web.env["ALLOWED_HOSTS"]
    assert "granian" in web.command
    assert worker.command[-2:] == ["manage.py", "worker"]
    assert Path(worker.command[0]).exists()


def test_a_demo_open_to_the_network_warns():
    assert "CẢNH BÁO" in welcome("http://127.0.0.1:8000", trial=True, open_to_all=True)
    assert "CẢNH BÁO" not in welcome("http://127.0.0.1:8000", trial=True, open_to_all=False)


def test_an_empty_installation_names_no_accounts():
    assert "@lamgiang" not in welcome("http://127.0.0.1:8000", trial=False, open_to_all=False)
