"""A product under fire: writers and carriers that are killed with -9 and come back, and the reckoning afterwards."""
from __future__ import annotations

import itertools
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.product import ROOT, Product
from tests.services import wait_until

SEED = 20261124
FAST = {"OUTBOX_LEASE": "5", "OUTBOX_RING_AGAIN": "2", "DJANGO_SETTINGS_MODULE": "config.settings"}
ACKNOWLEDGED = re.compile(r"^[0-9a-f-]{36} \d+ [0-9a-f]{64}$", re.M)
STEPS = 3  # of each case, tests.faults.load
PATIENCE = 90.0


class Fire:
    """Who works is started by name; `kill` sends SIGKILL and starts the victim anew."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.random = random.Random(SEED)
        self.numbers = itertools.count(1)
        self.logs: list[str] = []
        self.starters: dict[str, Callable[[], object]] = {}
        self.writers: dict[str, str] = {}  # role -> the process that plays it now

    def start(self, name: str, starter: Callable[[], object]) -> None:
        """Start a carrier; `starter` starts it anew after each kill."""
        self.starters[name] = starter
        starter()

    def write(self, role: str) -> None:
        """Start a writer that files cases until it is killed."""
        name = f"{role}-{next(self.numbers)}"
        self.writers[role] = name
        self.logs.append(name)
        self.product.start(name, "-m", "tests.faults.load", name)

    def acknowledged(self, name: str) -> list[str]:
        """Return the whole lines that a writer has said; a line cut off by the kill acknowledges nothing."""
        whole, _, _ = self.product.log(name).rpartition("\n")
        return ACKNOWLEDGED.findall(whole)

    def kill(self, name: str) -> None:
        """kill -9, at a random moment of its work, and start it anew. A writer has filed a whole case before."""
        if name in self.writers:
            writer = self.writers[name]
            self.product.wait_for(writer, lambda: len(self.acknowledged(writer)) > STEPS, PATIENCE)
            time.sleep(self.random.uniform(0.0, 0.5))
            self.product.kill(writer)
            self.write(name)
            return
        time.sleep(self.random.uniform(0.0, 0.5))
        self.product.kill(name)
        self.starters[name]()

    def reckon(self) -> dict[str, Any]:
        """Kill the writers, let the carriers finish and return the verdict of tests.faults.judge."""
        for role, writer in self.writers.items():
            wait_until(lambda writer=writer: bool(self.acknowledged(writer)), role, PATIENCE)  # type: ignore[misc]
            self.product.kill(writer)
        found = verdict(self.product, [line for name in self.logs for line in self.acknowledged(name)])
        if not found["drained"]:
            found["logs"] = {name: self.product.log(name)[-2000:] for name in self.starters}
        return found


def verdict(product: Product, acknowledged: list[str]) -> dict[str, Any]:
    """Wait until every effect is settled, and return what tests.faults.judge finds."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.judge", str(PATIENCE)], env=product.env, cwd=ROOT,
        input="\n".join(acknowledged), capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def filed(product: Product, name: str, cases: int) -> list[str]:
    """File so many cases in a process of their own and return what it acknowledged."""
    command = [sys.executable, "-m", "tests.faults.load", name, str(cases)]
    done = subprocess.run(command, env=product.env, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return ACKNOWLEDGED.findall(done.stdout)


def assert_nothing_lost(found: dict[str, Any]) -> None:
    """Nothing acknowledged is lost, no promise is open, dead, missed or kept twice."""
    assert found["acknowledged"] > 0
    assert found["lost"] == []
    assert found["broken_chains"] == []
    assert found["intact"]
    assert found["drained"], found
    assert found["dead"] == 0
    for effect, how_often in found["effects"].items():
        assert set(how_often) == {"once"}, (effect, how_often)
