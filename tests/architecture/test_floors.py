"""Who may know whom: the contracts of the floors, and the few modules that may touch a library or the clock."""
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.architecture.house import importing, modules
from tests.product import ROOT

CLOCK = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|timezone\.(now|localdate|localtime)|time\.time(_ns)?)$"
)


def test_every_import_contract_is_kept() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    told = subprocess.run([str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stdout[-3000:]


def test_transitions_is_imported_by_the_engine_alone() -> None:
    assert importing("transitions") == {"workflows/engine.py"}


def test_django_fsm_guards_the_two_fixed_lifecycles_and_nothing_else() -> None:
    assert importing("django_fsm") == {"cases/status.py", "documents/models.py", "notifications/models.py"}


def test_word_libraries_stay_in_the_room_of_documents() -> None:
    assert {name.split("/")[0] for package in ("docx", "docxtpl") for name in importing(package)} == {"documents"}


def test_one_module_reads_the_clock() -> None:
    reading = {m.name for m in modules() if any(CLOCK.search(call) for call in m.calls())}

    assert reading == {"accounts/clock.py"}


def test_the_language_and_the_engine_know_neither_django_nor_a_database() -> None:
    for package in ("django", "psycopg", "sqlite3", "celery", "redis"):
        assert not [name for name in importing(package) if name.startswith("workflows/")], package


def test_no_room_listens_to_signals_of_django_but_for_the_one_after_a_migration() -> None:
    signals = importing("django.dispatch") | importing("django.db.models.signals") | importing("django.core.signals")

    assert signals <= {"cases/apps.py"}


def test_tests_of_rooms_are_where_their_room_is() -> None:
    rooms = {m.name.split("/")[0] for m in modules()}

    assert rooms <= {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
