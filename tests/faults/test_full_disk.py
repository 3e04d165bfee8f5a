"""The disk takes no more: people are told, nothing is half written, and the same form is taken when there is room."""
from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.test_kills import count_cases
from tests.faults.visitor import Visitor
from tests.product import Product

Make = Callable[..., Product]
FULL = 33_000  # bytes: SQLite's index of its log fits, a case does not; beyond, a write fails as on a full disk


@contextmanager
def no_room(product: Product, name: str) -> Iterator[None]:
    """Let the kernel refuse every write of a running program beyond so many bytes of a file."""
    ours = [pid for pid in all_processes() if group_of(pid) == product.processes[name].pid]
    for pid in ours:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (FULL, resource.RLIM_INFINITY))
    yield
    for pid in ours:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def all_processes() -> list[int]:
    return [int(place.name) for place in Path("/proc").glob("[0-9]*")]


def group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def test_lan_s_case_waits_for_room_and_is_taken_once(product: Make) -> None:
    made = product()
    made.start_web()
    lan = Visitor(made.address, "lan")
    lan.sign_in()
    form = {"_key": "lan-with-a-full-disk", "whose": "-"}
    before = count_cases(made)
    with no_room(made, "web"):
        status, said = lan.send("/procedures/complaint/new/", form)
        assert (status, count_cases(made)) == (503, before)
        assert "chưa được ghi nhận" in said
        assert "was not recorded" in said
    assert lan.send("/procedures/complaint/new/", form)[0] == 302
    assert lan.send("/procedures/complaint/new/", form)[0] == 302
    assert len(count_cases(made) - before) == 1
    made.manage("history", "verify", "--all")
