"""The log of views: each look follows the one before, at the same moment too, and takes no lock on the case."""
from __future__ import annotations

import threading
import unicodedata

import pytest
from django.db import IntegrityError, connection, transaction

from cases.models import Case, ViewLog
from cases.services import open_case
from cases.services.views_log import broken_views, log_view
from tests.cases.officers.walk import NOW, user


def case_of_lan() -> Case:
    return Case.objects.get(pk=open_case(procedure="ngo_aid", actor=user("lan"), now=NOW).case.pk)


def looked(case: Case, count: int = 3) -> list[ViewLog]:
    return [log_view(case=case, person=user("an"), what=f"file:{n}", purpose="Kiểm tra", now=NOW) for n in range(count)]


def test_an_s_looks_follow_each_other(in_province: str) -> None:
    case, other = case_of_lan(), case_of_lan()
    first, second, third = looked(case)
    assert (first.prev, second.prev, third.prev) == ("", first.hash, second.hash)
    assert looked(other, 1)[0].prev == ""
    assert broken_views(case) == broken_views(other) == []


def test_a_look_changes_nothing_of_the_case(in_province: str) -> None:
    case = case_of_lan()
    before = (case.version, case.head_seq, case.head_hash)
    looked(case)
    case.refresh_from_db()
    assert (case.version, case.head_seq, case.head_hash) == before


@pytest.mark.parametrize("change", [{"person": "x"}, {"purpose": "khác"}, {"what": "file:9"}, {"prev": "0" * 64}])
def test_an_altered_look_is_found(in_province: str, change: dict[str, str]) -> None:
    case = case_of_lan()
    _, second, _ = looked(case)
    ViewLog.objects.filter(pk=second.pk).update(**change)
    assert broken_views(case) == [second.pk]


def test_a_look_taken_out_of_the_middle_is_found_the_last_one_is_not(in_province: str) -> None:
    case = case_of_lan()
    _, second, third = looked(case)
    third.delete()
    assert broken_views(case) == []
    third.save(force_insert=True)
    second.delete()
    assert broken_views(case) == [third.pk]


def test_two_looks_cannot_follow_the_same_one(in_province: str) -> None:
    case = case_of_lan()
    first = looked(case, 1)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        ViewLog.objects.create(case=case, person="x", what="y", purpose="z", at=NOW, prev="", hash="1" * 64)
    assert list(ViewLog.objects.filter(case=case)) == [first]


def test_a_purpose_typed_in_parts_of_letters_is_kept_whole(in_province: str) -> None:
    case = case_of_lan()
    typed = unicodedata.normalize("NFD", "  Đối chiếu ") + "x" * 600
    view = log_view(case=case, person=user("an"), what="w" * 300, purpose=typed, now=NOW)
    assert view.purpose.startswith("Đối chiếu")
    assert (len(view.purpose), len(view.what)) == (500, 200)
    assert broken_views(case) == []


def test_six_people_look_at_the_same_moment(own_province: str) -> None:
    case = case_of_lan()
    ready = threading.Barrier(6)
    failed: list[Exception] = []

    def look() -> None:
        try:
            ready.wait()
            looked(case, 5)
        except Exception as fault:  # noqa: BLE001  # told below, in the test's own thread
            failed.append(fault)
        finally:
            connection.close()

    people = [threading.Thread(target=look) for _ in range(6)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert failed == []
    assert ViewLog.objects.filter(case=case).count() == 30
    assert broken_views(case) == []
