"""Run a few programs together: all come up, all go down."""
from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

GRACE = 20.0  # seconds that a program has to finish what it holds
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Say = Callable[[str], object]


class PortTaken(Exception):
    """Nobody can listen on this address."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program to run: its name for people, its command, its environment."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]


class _Stop:
    """Remembers that somebody asked us to stop."""

    asked = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


@contextlib.contextmanager
def _stoppable() -> Iterator[_Stop]:
    stop = _Stop()
    before = {sign: signal.signal(sign, stop) for sign in SIGNALS}
    try:
        yield stop
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def listening(host: str, port: int) -> bool:
    """Return whether something accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def run_until_stopped(
    programs: Sequence[Program], *, address: tuple[str, int], started: Callable[[], object], said: Say
) -> int:
    """Run `programs` until a signal (returns 0) or until one of them ends by itself (returns 1).

    `started` is called once something answers at `address`. Raises PortTaken when something did before.
    """
    if listening(*address):
        raise PortTaken(f"Cổng {address[1]} đang có chương trình khác dùng; hãy đặt PORT khác. / The port is in use.")
    with _stoppable() as stop:
        # A session of their own: Ctrl-C reaches only us, and we end them in our order.
        running = {p.name: subprocess.Popen(p.command, env=p.env, start_new_session=True) for p in programs}
        try:
            return _watch(running, stop, address, started, said)
        finally:
            _end(running)


def _watch(
    running: Mapping[str, subprocess.Popen[bytes]],
    stop: _Stop,
    address: tuple[str, int],
    started: Callable[[], object],
    said: Say,
) -> int:
    greeted = False
    while not stop.asked:
        ended = [name for name, process in running.items() if process.poll() is not None]
        if ended:
            said(f"{', '.join(ended)} đã dừng, xem lỗi ở trên. / ended by itself, see above.")
            return 1
        if not greeted and listening(*address):
            greeted = True
            started()
        time.sleep(0.2 if greeted else 0.05)
    said("Đang dừng … / stopping")
    return 0


def _end(running: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Ask every program to finish, wait, and kill what does not."""
    for process in running.values():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    end = time.monotonic() + GRACE
    for process in running.values():
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
