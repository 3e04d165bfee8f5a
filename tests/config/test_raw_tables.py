"""Django's own admin: every table of history is looked at, by administrators alone, and touched by nobody."""
from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured

from accounts.models import User
from accounts.raw_tables import ReadOnlyTable
from cases.models import Case, Event, EventValues, OutboxEntry, Published, Task
from cases.publication import publish_all
from cases.services import open_case
from config.trial import address_of
from documents.models import Document, Register
from notifications.models import Message
from tests.config.test_office_tables import NOW, _clock, signed_in  # noqa: F401

HISTORY = (Case, Task, OutboxEntry, Published, Document, Register, Message)
TABLES = [(m._meta.app_label, m._meta.model_name) for m in admin.site._registry]


def test_every_table_of_history_is_there() -> None:
    assert all(model in admin.site._registry for model in HISTORY)


def test_events_and_their_values_are_not_tables_to_look_at() -> None:
    assert Event not in admin.site._registry
    assert EventValues not in admin.site._registry
    with pytest.raises(ImproperlyConfigured):
        admin.site.register(Event, ReadOnlyTable)


def test_tables_that_other_apps_bring_for_editing_have_no_place() -> None:
    assert all(isinstance(table, ReadOnlyTable) for table in admin.site._registry.values())
    assert Group not in admin.site._registry


@pytest.mark.parametrize(("app", "model"), TABLES)
def test_a_table_opens_for_the_administrator_and_cannot_be_edited(app: str, model: str) -> None:
    here = signed_in("admin")
    assert here.get(f"/admin/{app}/{model}/").status_code == 200
    assert here.get(f"/admin/{app}/{model}/add/").status_code == 403
    assert here.post(f"/admin/{app}/{model}/add/", {}).status_code == 403


def test_for_everybody_else_there_is_no_such_place() -> None:
    for somebody in ("ha", "lan", "thu", "binh"):
        for path in ("/admin/", "/admin/cases/case/", "/admin/documents/register/"):
            answer = signed_in(somebody).get(path, follow=True)
            assert answer.status_code == 404, (somebody, path)


def test_a_case_cannot_be_changed_or_deleted_and_shows_nothing_that_lan_wrote() -> None:
    publish_all(now=NOW)
    lan, here = User.objects.get(email=address_of("lan")), signed_in("admin")
    case = open_case(procedure="complaint", actor=lan, now=NOW, values={"grievance": "Chờ đã lâu mà không ai trả lời."})
    where = f"/admin/cases/case/{case.case.pk}"
    page = here.get(f"{where}/change/").content.decode()
    assert case.case.submission_code in page
    assert "Chờ đã lâu" not in page
    assert 'name="_save"' not in page
    assert here.post(f"{where}/change/", {"state": "issued"}).status_code == 403
    assert here.post(f"{where}/delete/", {"post": "yes"}).status_code == 403
