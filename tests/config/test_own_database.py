"""Tests that commit get a database of their own; the shared one never sees what they wrote."""
from __future__ import annotations

import threading

import pytest
from django.db import connection

from accounts.models import User
from cases.protection import protection_present


def test_a_commit_in_an_own_database_is_seen_by_another_thread(own_database):
    User.objects.create_user("lan@example.vn", full_name="Lan")
    seen = []

    def look():
        seen.append(User.objects.filter(email="lan@example.vn").exists())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [True]


def test_the_next_own_database_is_empty_again(own_database):
    assert not User.objects.filter(email="lan@example.vn").exists()


@pytest.mark.django_db
def test_the_shared_database_saw_nothing():
    assert not User.objects.filter(email="lan@example.vn").exists()


def test_events_are_protected_in_an_own_database(own_database):
    assert protection_present(connection) == []
