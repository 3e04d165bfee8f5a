"""What worker and relay have in common: threads that stop together, a bell, chores, patience with the database.

All of it may be killed at any moment: a row in hand is taken over when its lease ends.
"""
from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from accounts.clock import now
from cases.services.doorbell import Doorbell
from cases.services.heartbeat import EVERY, beat, leave, name_of
from cases.services.housekeeping import keep_house, sweep_store
from cases.services.mishaps import trace_of, what_failed

IDLE = 1.0  # seconds after which everybody looks again, hint or not
HOUSE, DAY = 60.0, 24 * 3600.0  # seconds between two rounds of chores
GRACE = 18.0  # seconds to finish what is in hand: supervisor and systemd wait 20
NOTICE = 0.1  # seconds after which a signal is noticed
SIGNALS = (signal.SIGINT, signal.SIGTERM)
TROUBLE = 3.0  # seconds to wait when the database does not answer

DATABASE_SILENT = "Cơ sở dữ liệu không trả lời, hoặc chưa migrate / the database does not answer or is not migrated"

Job = Callable[["Shift"], None]
log = structlog.get_logger("hoso.carrier")


class Shift:
    """The call to stop, the bell, and whether a thread broke down."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.stop = threading.Event()
        self.broken = False
        self._bell = threading.Condition()
        self._rung = 0

    def ring(self) -> None:
        """Wake every thread that waits."""
        with self._bell:
            self._rung += 1
            self._bell.notify_all()

    def rung(self) -> int:
        """Return how often the bell has rung; ask before looking for work, so that no ring is missed."""
        return self._rung

    def wait(self, heard: int) -> None:
        """Wait until the bell has rung since `heard`, at most IDLE seconds."""
        with self._bell:
            self._bell.wait_for(lambda: self._rung != heard or self.stop.is_set(), IDLE)

    def end(self) -> None:
        """Call everybody to stop after what is in hand. Not for signal handlers: they must take no lock."""
        self.stop.set()
        self.ring()


def run_shift(shift: Shift, jobs: Mapping[str, Job]) -> bool:
    """Run every job in a thread until a signal or `shift.end`; return whether all ended in order.

    What takes longer than GRACE to finish is left to its lease.
    """
    crew = []
    for name, job in {**jobs, "doorbell": listen, "chores": keep_chores}.items():
        crew.append(threading.Thread(target=_run, args=(shift, job), daemon=True, name=name))
        crew[-1].start()
    _wait_for_the_end(shift)
    end = time.monotonic() + GRACE
    for thread in crew:
        thread.join(max(0.0, end - time.monotonic()))
    left = [thread.name for thread in crew if thread.is_alive()]
    if left:
        log.warning("stopped with work in hand", threads=left)
    return not shift.broken


def _wait_for_the_end(shift: Shift) -> None:
    """Wait in the main thread, where signals arrive: the handlers only make a note."""
    notes: list[int] = []
    before = {sign: signal.signal(sign, lambda number, _frame: notes.append(number)) for sign in SIGNALS}
    while not notes and not shift.stop.is_set():
        time.sleep(NOTICE)
    shift.end()
    for sign, handler in before.items():
        signal.signal(sign, handler)


def _run(shift: Shift, job: Job) -> None:
    """Run one job to its end. A job that breaks down ends the whole process, which its supervisor starts anew."""
    try:
        job(shift)
    except Exception as error:  # noqa: BLE001  # a thread must not vanish silently
        what, trace = what_failed(error), trace_of(error)
        log.critical("broke down", thread=threading.current_thread().name, error=what, trace=trace)
        shift.broken = True
        shift.end()
    finally:
        connection.close()


def listen(shift: Shift) -> None:
    """Ring whenever somebody has committed something."""
    bell = Doorbell()
    while not shift.stop.is_set():
        with patience(shift):
            if bell.wait(IDLE):
                shift.ring()


def keep_chores(shift: Shift) -> None:
    """Give signs of life and keep the house."""
    carrier = name_of(shift.kind)
    chores: dict[float, Callable[[], None]] = {
        EVERY: lambda: beat(carrier, now()),
        HOUSE: lambda: keep_house(now()),
        DAY: lambda: sweep_store(now()),
    }
    last = {every: time.monotonic() - every for every in chores}
    while not shift.stop.is_set():
        for every, chore in chores.items():
            if time.monotonic() - last[every] >= every:
                with patience(shift):
                    chore()
                    last[every] = time.monotonic()
        shift.stop.wait(IDLE)
    with contextlib.suppress(DatabaseError, InterfaceError):
        leave(carrier)


@contextlib.contextmanager
def patience(shift: Shift) -> Iterator[None]:
    """Outlive a database that is away: say so, drop the connection, wait, go on."""
    close_old_connections()
    try:
        yield
    except (DatabaseError, InterfaceError) as fault:
        name = threading.current_thread().name
        log.error("the database does not answer, trying again", thread=name, error=what_failed(fault))
        connection.close()
        shift.stop.wait(TROUBLE)
