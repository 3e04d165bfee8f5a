"""Fixtures that every room's tests may use. Services are real; what is missing is named at the end."""
from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_django.fixtures
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import sync_playwright

from tests import services
from tests.databases import Template, connected_to, duplicate
from tests.procedures.province import open_consular_desk, open_province
from tests.product import Product, ProductShelf
from tests.report import MISSING, Report
from tests.sink import SmtpSink

Wanted = TypeVar("Wanted")
EVERYTHING = os.environ.get("HOSO_TEST_ALL") == "1"

SLOW = [HealthCheck.too_slow]
hypothesis_settings.register_profile("fixed", derandomize=True, deadline=None, suppress_health_check=SLOW)
hypothesis_settings.register_profile("all", max_examples=500, deadline=None, print_blob=True)
hypothesis_settings.load_profile("all" if EVERYTHING else "fixed")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the developer's own var/ out of the tests, and make passwords cheap."""
    os.environ["HOSO_TEST"] = "1"
    # It makes tables only for databases that marked tests ask for; databases of a test's own are copies of that one.
    pytest_django.fixtures._get_databases_for_setup = lambda items: ({"default"}, set())
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's synchronous API runs a loop in this thread
    folder = Path(tempfile.mkdtemp(prefix="hoso-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    config.pluginmanager.register(Report(), "hoso-report")
    settings.VAR_DIR = folder
    settings.PROCEDURE_ROOTS = [folder / "procedures"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.MEDIA_ROOT = folder / "store"
    settings.EMAIL_FILE_PATH = str(folder / "mail")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave `long` tests to make test-all; refuse flushing tests, which protected events do not survive."""
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark and (mark.kwargs.get("transaction") or "transactional_db" in getattr(item, "fixturenames", ())):
            raise pytest.UsageError(f"{item.nodeid}: events cannot be flushed; use the fixture own_database")
    if EVERYTHING or config.getoption("markexpr"):
        return
    late = [item for item in items if item.get_closest_marker("long")]
    if late:
        config.hook.pytest_deselected(items=late)
        items[:] = [item for item in items if item not in set(late)]


def needed(name: str, get: Callable[[], Wanted]) -> Wanted:
    """Return the service, or skip the test (fail with CI=true) and remember why."""
    try:
        return get()
    except services.Missing as missing:
        MISSING[name] = str(missing)
        if services.IN_CI:
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    """Throttles of one test must not refuse the next, nor its publications (whose keys come again) be met there.

    The language of its last page is not the next one's either: Django leaves it with the thread.
    """
    from cases.office import lead_agency
    from cases.procedures import hash_of

    cache.clear()
    hash_of.cache_clear()
    lead_agency.cache_clear()
    translation.deactivate()


# --- databases --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _template(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Template]:
    with django_db_blocker.unblock():
        template = Template(tmp_path_factory.mktemp("template"))
        yield template
        template.stack.close()


@pytest.fixture
def own_database(_template: Template, django_db_blocker: Any, tmp_path: Path) -> Iterator[str]:
    """A migrated database of this test's own, where commits are real and threads may write; yields its name.

    Do not combine with `db` or `django_db`. Threads close their connection when they are done.
    """
    with django_db_blocker.unblock(), _template.copy(tmp_path) as name:
        yield name


@pytest.fixture(scope="session")
def province(_template: Template, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    """Name of a database with the trial province and the published procedures; made once, nobody is connected."""
    with django_db_blocker.unblock(), _template.filled(
        tmp_path_factory.mktemp("province"), open_province, "province"
    ) as name:
        yield name


@pytest.fixture(scope="session")
def consular_desk(
    province: str, _template: Template, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[str]:
    """Name of a database with the trial province and its consular desk; made once, nobody is connected."""
    folder = tmp_path_factory.mktemp("consular")
    with django_db_blocker.unblock(), _template.filled(folder, open_consular_desk, "consular", province) as name:
        yield name


@pytest.fixture
def in_province(province: str, django_db_blocker: Any) -> Iterator[str]:
    """The trial province, as it was when the test began; what the test does is undone."""
    undone = transaction.atomic()
    # As django.test.TestCase marks its own: durable steps may run inside it.
    undone._from_testcase = True  # type: ignore[attr-defined]
    with django_db_blocker.unblock(), connected_to(province), undone:
        yield province
        transaction.set_rollback(True)


@pytest.fixture
def at_consular_desk(consular_desk: str, django_db_blocker: Any) -> Iterator[str]:
    """The trial province with its consular desk, as it was when the test began; what the test does is undone."""
    undone = transaction.atomic()
    undone._from_testcase = True  # type: ignore[attr-defined]
    with django_db_blocker.unblock(), connected_to(consular_desk), undone:
        yield consular_desk
        transaction.set_rollback(True)


@pytest.fixture
def own_province(province: str, _template: Template, django_db_blocker: Any, tmp_path: Path) -> Iterator[str]:
    """A trial province of this test's own, where commits are real and other processes may write; yields its name."""
    with django_db_blocker.unblock(), duplicate(_template.connection, province, tmp_path) as name, connected_to(name):
        yield name


@pytest.fixture
def own_consular_desk(
    consular_desk: str, _template: Template, django_db_blocker: Any, tmp_path: Path
) -> Iterator[str]:
    """A consular desk of this test's own, where commits are real and other processes may write; yields its name."""
    copy = duplicate(_template.connection, consular_desk, tmp_path)
    with django_db_blocker.unblock(), copy as name, connected_to(name):
        yield name


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a PostgreSQL server's maintenance database; make your own database on it."""
    server = needed("PostgreSQL", services.postgres)
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Address of a Redis that may be flushed."""
    server = needed("Redis", services.redis)
    yield server.url
    server.stop()


# --- programs ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium_path() -> str:
    return str(needed("Chromium", services.chromium))


@pytest.fixture(scope="session")
def soffice_path() -> str:
    return str(needed("LibreOffice", services.soffice))


@pytest.fixture(scope="session")
def pdf_tools() -> Path:
    """Folder of pdftotext and pdftoppm."""
    return needed("poppler", services.pdf_tools)


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A listening SMTP server; `smtp_sink.env` goes to the product, `smtp_sink.messages` is what came."""
    sink = SmtpSink()
    yield sink
    sink.stop()


# --- the whole product ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def product_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductShelf]:
    shelf = ProductShelf(tmp_path_factory.mktemp("products"))
    with shelf.stack:
        yield shelf


@pytest.fixture
def product(product_shelf: ProductShelf) -> Iterator[Callable[..., Product]]:
    """`product()` on SQLite, `product(postgres_url)` on PostgreSQL, `product(EMAIL_HOST=…)` with environment.

    Each call is an installation of its own with the demo office; its processes end with the test.
    """
    with ExitStack() as stack:

        def make(server_url: str = "", **env: str) -> Product:
            return stack.enter_context(product_shelf.copy(server_url, env))

        yield make


@pytest.fixture(scope="module")
def shared_product(product_shelf: ProductShelf) -> Iterator[Product]:
    """One running installation (web and worker) for all tests of a file that only add to it."""
    with product_shelf.copy("", {}) as made:
        made.start_web()
        made.start_worker()
        yield made


@pytest.fixture
def celery_worker_process(product: Callable[..., Product], postgres_url: str, redis_url: str) -> Product:
    """The office server's shape: PostgreSQL, web, relay and a real Celery worker on Redis."""
    made = product(postgres_url, REDIS_URL=redis_url)
    made.start_web()
    made.start_relay(redis_url)
    made.start_celery(redis_url)
    return made


# --- the browser ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Any]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def people(browser: Any, shared_product: Product) -> Iterator[Callable[..., Any]]:
    """`people()` opens a window of its own (cookies, language) on the shared product and returns its page."""
    with ExitStack() as stack:

        def arrive(address: str = "", **options: Any) -> Any:
            context = browser.new_context(base_url=address or shared_product.address, locale="vi-VN", **options)
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(10_000)
            return page

        yield arrive


@pytest.fixture
def page(people: Callable[..., Any]) -> Any:
    """One visitor's page on the shared product."""
    return people()
