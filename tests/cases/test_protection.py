from __future__ import annotations

import datetime as dt

import dj_database_url
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction

from accounts.models import User
from cases.models import Case, Event, EventValues, Published
from cases.protection import install, lift, protection_lifted, protection_present

NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
DELETE = "DELETE FROM cases_event"
UPDATE = "UPDATE cases_event SET actor = 'nobody'"


def lans_case(using: str = "default") -> Case:
    lan = User.objects.using(using).create(email="lan@example.test", full_name="Nguyễn Thị Lan")
    published = Published.objects.using(using).create(
        procedure="ngo_aid",
        folder="v1",
        version="nd313_2025",
        hash="d" * 64,
        body=b"{}",
        effective_from=NOW.date(),
        published_at=NOW,
    )
    case = Case.objects.using(using).create(
        procedure="ngo_aid",
        definition=published,
        state="draft",
        entered_at=NOW,
        opened_by=lan,
        created_at=NOW,
        saved_at=NOW,
    )
    Event.objects.using(using).create(
        case=case,
        seq=1,
        body=b"{}",
        hash="a" * 64,
        kind="transition",
        name="open",
        procedure="ngo_aid",
        actor=str(lan.pk),
        at=NOW,
    )
    return case


def execute(sql: str, using: str = "default") -> None:
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture(scope="module")
def postgres(request, django_db_blocker):
    """A migrated PostgreSQL database beside the default one."""
    try:
        url = request.getfixturevalue("postgres_url")
    except pytest.FixtureLookupError:
        pytest.skip("no PostgreSQL here")
    with django_db_blocker.unblock():
        connections.databases["history_pg"] = {
            **connections.databases["default"],
            **dj_database_url.parse(url),
            "OPTIONS": {},
        }
        call_command("migrate", database="history_pg", verbosity=0)
        yield "history_pg"
        connections["history_pg"].close()
        del connections["history_pg"]
        del connections.databases["history_pg"]


@pytest.mark.django_db
class TestOnSqlite:
    def test_everything_is_there_after_migration(self):
        assert protection_present(connection) == []

    @pytest.mark.parametrize(
        "statement", [UPDATE, DELETE, "INSERT OR REPLACE INTO cases_event SELECT * FROM cases_event"]
    )
    def test_an_event_cannot_be_changed(self, statement):
        lans_case()
        with pytest.raises(IntegrityError, match="events are final"):
            execute(statement)

    def test_replacing_is_refused_even_by_a_connection_without_recursive_triggers(self):
        lans_case()
        execute("PRAGMA recursive_triggers=OFF")
        try:
            assert protection_present(connection) == ["recursive_triggers"]
            with pytest.raises(IntegrityError, match="events are final"):
                execute("INSERT OR REPLACE INTO cases_event SELECT * FROM cases_event")
        finally:
            execute("PRAGMA recursive_triggers=ON")

    def test_values_need_their_event(self):
        case = lans_case()
        EventValues.objects.create(case=case, seq=1, values={})
        with pytest.raises(IntegrityError, match="no such event"), transaction.atomic():
            EventValues.objects.create(case=case, seq=2, values={})
        with pytest.raises(IntegrityError, match="no such event"):
            execute("UPDATE cases_eventvalues SET seq = 7")

    def test_values_may_be_dropped(self):
        EventValues.objects.create(case=lans_case(), seq=1, values={})
        EventValues.objects.all().delete()
        assert Event.objects.count() == 1

    def test_a_hollow_trigger_counts_as_missing(self):
        execute("DROP TRIGGER event_no_delete")
        execute("CREATE TRIGGER event_no_delete BEFORE DELETE ON cases_event BEGIN SELECT 1; END")
        assert protection_present(connection) == ["event_no_delete"]

    def test_a_remade_table_is_protected_again_by_migrate(self):
        lift(connection)
        assert len(protection_present(connection)) == 5
        call_command("migrate", verbosity=0)
        assert protection_present(connection) == []

    def test_the_intruder_of_a_test_leaves_the_protection_in_place(self):
        lans_case()
        with protection_lifted(connection):
            execute(UPDATE)
        assert protection_present(connection) == []
        assert Event.objects.get().actor == "nobody"

    def test_a_failing_intruder_leaves_it_in_place_too(self):
        with pytest.raises(ZeroDivisionError), protection_lifted(connection):
            1 // 0  # noqa: B018
        assert protection_present(connection) == []

    def test_installing_twice_changes_nothing(self):
        install(connection)
        assert protection_present(connection) == []


def test_a_flushed_database_is_protected_again(own_database):
    lans_case()
    lift(connection)
    call_command("flush", interactive=False, verbosity=0)
    assert protection_present(connection) == []


@pytest.mark.postgres
class TestOnPostgresql:
    @pytest.fixture(autouse=True)
    def _rolled_back(self, postgres, django_db_blocker):
        with django_db_blocker.unblock(), transaction.atomic(postgres):
            yield
            transaction.set_rollback(True, using=postgres)

    def test_everything_is_there_after_migration(self, postgres):
        assert protection_present(connections[postgres]) == []

    @pytest.mark.parametrize("statement", [UPDATE, DELETE, "TRUNCATE cases_event CASCADE"])
    def test_an_event_cannot_be_changed(self, postgres, statement):
        lans_case(postgres)
        execute("SET CONSTRAINTS ALL IMMEDIATE", postgres)
        with pytest.raises(IntegrityError, match="events are final"):
            execute(statement, postgres)

    def test_values_need_their_event(self, postgres):
        case = lans_case(postgres)
        EventValues.objects.using(postgres).create(case=case, seq=1, values={})
        with pytest.raises(IntegrityError, match="values_of_an_event"), transaction.atomic(postgres):
            EventValues.objects.using(postgres).create(case=case, seq=2, values={})

    @pytest.mark.parametrize(
        ("statement", "missing"),
        [
            ("ALTER TABLE cases_event DISABLE TRIGGER event_no_change", ["event_no_change"]),
            ("DROP TRIGGER event_no_truncate ON cases_event", ["event_no_truncate"]),
            ("ALTER TABLE cases_eventvalues DROP CONSTRAINT values_of_an_event", ["values_of_an_event"]),
        ],
    )
    def test_what_is_switched_off_is_named(self, postgres, statement, missing):
        execute(statement, postgres)
        assert protection_present(connections[postgres]) == missing

    def test_lifting_and_installing_leaves_everything_there(self, postgres):
        with protection_lifted(connections[postgres]):
            assert len(protection_present(connections[postgres])) == 3
        assert protection_present(connections[postgres]) == []
