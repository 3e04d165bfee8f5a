"""What others depend on goes away for a while: database, broker; and somebody asks a carrier to stop."""
from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg

from tests import services
from tests.conftest import needed
from tests.faults.fire import FAST, assert_nothing_lost, filed, verdict
from tests.product import Product

Make = Callable[..., Product]


@contextmanager
def redis_at(port: int) -> Iterator[None]:
    """A Redis on this port that keeps nothing on disk; killed with -9 at the end."""
    program = needed("Redis", lambda: services.found_or_installed(
        services.on_path("redis-server"), "Redis", ("redis-server",), "install it (apt-get install redis-server)"
    ))
    server = services.private_redis(program, port)
    try:
        yield
    finally:
        server.stop()


def asked_to_stop(product: Product, name: str) -> float:
    """Send SIGTERM, as systemd does, insist on exit 0 and return how long it took."""
    process, begun = product.processes.pop(name), time.monotonic()
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(30) == 0, product.log(name)
    return time.monotonic() - begun


def test_a_worker_outlives_a_database_that_hangs_up(product: Make, postgres_url: str) -> None:
    made = product(postgres_url, **FAST)
    made.start_worker()
    said = filed(made, "before", 2)
    with psycopg.connect(made.env["DATABASE_URL"], autocommit=True) as connection:
        for _ in range(3):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            time.sleep(0.3)
    said += filed(made, "after", 2)
    assert_nothing_lost(verdict(made, said))
    assert "the database does not answer, trying again" in made.log("worker")
    assert asked_to_stop(made, "worker") < 20


def test_redis_goes_and_comes_back_and_nothing_is_missing(product: Make, postgres_url: str) -> None:
    """Cases are filed on while the broker is dead; what it forgot is named to it again."""
    port = services.free_port()
    address = f"redis://127.0.0.1:{port}/0"
    made = product(postgres_url, **FAST)
    with redis_at(port):
        made.start_relay(address)
        made.start_celery(address)
        said = filed(made, "before", 2)
    said += filed(made, "meanwhile", 2)
    made.wait_for("relay", lambda: "the broker does not answer" in made.log("relay"))
    with redis_at(port):
        said += filed(made, "after", 1)
        assert_nothing_lost(verdict(made, said))
        assert asked_to_stop(made, "relay") < 20
        assert asked_to_stop(made, "celery") < 20


def test_a_worker_that_is_asked_to_stop_in_the_middle_leaves_nothing_half(product: Make) -> None:
    made = product(**FAST)
    said = filed(made, "before", 5)
    made.start_worker("first")
    made.wait_for("first", lambda: signs_of_life(made))
    assert asked_to_stop(made, "first") < 20
    assert signs_of_life(made) == 0, "it said good-bye"
    made.start_worker("second")
    assert_nothing_lost(verdict(made, said))


def signs_of_life(made: Product) -> int:
    """Return how many carriers have given a sign of life."""
    with closing(sqlite3.connect(made.var_dir / "hoso.sqlite3", timeout=20)) as database:
        count: int = database.execute("SELECT count(*) FROM cases_heartbeat").fetchone()[0]
        return count
