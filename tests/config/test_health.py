"""What a load balancer asks."""
from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tests.databases import connected_to


def test_healthz_says_the_version_and_touches_no_database(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": settings.PRODUCT_VERSION})


@pytest.mark.django_db
def test_readyz_says_ok_on_a_migrated_database(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "faults": []})


def test_readyz_says_503_when_tables_are_missing(own_database):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'documents'")
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["faults"]) == (503, ["migrations"])


def test_readyz_says_503_when_the_database_is_out_of_reach(own_database, tmp_path):
    with connected_to(str(tmp_path / "no" / "such" / "folder" / "x.sqlite3")):
        answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["faults"]) == (503, ["database"])


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_only_questions_are_answered(client, path):
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200


@pytest.mark.django_db
def test_both_answer_without_tls_behind_a_strict_front(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
    assert client.get("/").status_code == 301


def test_a_page_without_a_database_says_in_both_languages_that_nothing_was_recorded(own_database, tmp_path):
    browser = Client(raise_request_exception=False)
    with connected_to(str(tmp_path / "no" / "such" / "folder" / "x.sqlite3")):
        answer = browser.get("/track/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "chưa được ghi nhận" in answer.content.decode()
    assert "was not recorded" in answer.content.decode()


def test_any_other_fault_of_ours_is_500(own_database, monkeypatch):
    monkeypatch.setattr("config.home.render", lambda *_, **__: 1 / 0)
    assert Client(raise_request_exception=False).get("/").status_code == 500
