"""kill -9 of writers, worker, relay, Celery and a flushed Redis, under load: nothing acknowledged is lost.

A fixed sample of twenty rounds in make test; the long form runs in make test-all.
"""
from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import redis as redis_client

from tests.faults.fire import FAST, Fire, assert_nothing_lost
from tests.faults.visitor import Visitor
from tests.product import Product
from tests.services import wait_until

FEW, MANY = 10, 100
Make = Callable[..., Product]


def rounds_on_sqlite(product: Product, rounds: int) -> None:
    fire = Fire(product)
    for name in ("worker-1", "worker-2"):
        fire.start(name, lambda name=name: product.start_worker(name))  # type: ignore[misc]
    fire.write("lan")
    fire.write("nga")
    for victim in itertools.islice(itertools.cycle(["lan", "worker-1", "nga", "worker-2"]), rounds):
        fire.kill(victim)
    assert_nothing_lost(fire.reckon())


def rounds_on_postgres(product: Product, redis_url: str, rounds: int) -> None:
    fire = Fire(product)
    fire.start("relay", lambda: product.start_relay(redis_url))
    fire.start("celery", lambda: product.start_celery(redis_url))
    fire.write("lan")
    fire.write("nga")
    for victim in itertools.islice(itertools.cycle(["lan", "celery", "redis", "nga", "relay"]), rounds):
        if victim == "redis":
            flush(redis_url)
        else:
            fire.kill(victim)
    assert_nothing_lost(fire.reckon())


def flush(redis_url: str) -> None:
    """FLUSHALL: the broker forgets every id that it was told."""
    with redis_client.Redis.from_url(redis_url) as client:
        client.flushall()


def test_kills_of_writers_and_workers_on_sqlite_lose_nothing(product: Make) -> None:
    rounds_on_sqlite(product(**FAST), FEW)


def test_kills_on_postgresql_with_celery_and_a_flushed_redis_lose_nothing(
    product: Make, postgres_url: str, redis_url: str
) -> None:
    rounds_on_postgres(product(postgres_url, **FAST), redis_url, FEW)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hundred_kills_on_sqlite_lose_nothing(product: Make) -> None:
    rounds_on_sqlite(product(**FAST), MANY)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hundred_faults_on_postgresql_with_celery_lose_nothing(
    product: Make, postgres_url: str, redis_url: str
) -> None:
    rounds_on_postgres(product(postgres_url, **FAST), redis_url, MANY)


def test_a_form_sent_again_after_the_web_server_was_killed_opens_one_case(product: Make) -> None:
    """Lan presses the button until somebody answers; kill -9 in between neither loses her case nor makes two of it."""
    made = product(**FAST)
    port = int(made.start_web().rpartition(":")[2])
    lan = Visitor(made.address, "lan")
    lan.sign_in()
    lan.start()
    for _ in range(4):
        answered = len(lan.opened)
        wait_until(lambda answered=answered: len(lan.opened) > answered, "an answer", 90)  # type: ignore[misc]
        made.kill("web")
        made.start_web(port=port)
    lan.leave()
    found = count_cases(made)
    assert lan.refused == []
    assert lan.failures > 0, "no kill met a request"
    assert len(lan.opened) == len(set(lan.opened))
    assert set(lan.opened) == found


def count_cases(made: Product) -> set[str]:
    """Return the codes of all cases that the installation holds."""
    asked = "from cases.models import Case; print(*Case.objects.values_list('submission_code', flat=True))"
    return set(made.manage("shell", "--no-imports", "-c", asked).split())
