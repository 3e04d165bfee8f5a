"""Declared tables on the administrators' pages: one proposes a dated row, sees what it does, another decides."""
from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import AccountEvent, RoleHeld, User
from cases import table_editing
from cases.models import Case, TableChange, TableRow
from config.rules_page import told
from config.trial import address_of
from tests.procedures.runner import Walk, walked
from workflows.definition import Field
from workflows.registry import SHIPPED
from workflows.scenarios import Scenario, read_scenarios

NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
TODAY, LATER = dt.date(2026, 11, 24), dt.date(2026, 12, 1)
LIMITS = "/office/rules/trip_limits/"
GROUND = {"valid_from": LATER.isoformat(), "valid_to": "", "src": "Quyết định 9/QĐ-UBND", "confirmed": "on"}


@pytest.fixture(autouse=True)
def _clock(in_province: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bình administers as well: two people are needed."""
    monkeypatch.setenv("HOSO_CLOCK", NOW.isoformat())
    held = RoleHeld.objects.get(role="administrator")
    RoleHeld.objects.create(user=person("binh"), role="administrator", unit=held.unit, valid_from=held.valid_from)


def person(name: str) -> User:
    return User.objects.get(email=address_of(name))


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(person(name))
    return client


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def filled(path: str, **changes: str) -> dict[str, str]:
    """Return what the form of a row holds, with changes, as a browser sends it."""
    form = signed_in("admin").get(path).context["form"]
    held = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {name: "on" if value is True else str(value) for name, value in held.items() if value not in (None, False)}
    return {**sent, **GROUND, **changes}


def proposed(key: str = "total_days", **changes: str) -> TableChange:
    path = f"{LIMITS}row/?key={key}"
    answer = signed_in("admin").post(path, filled(path, **(changes or {"limit": "max = 2"})))
    assert answer.status_code == 302, text(answer, answer.status_code)
    return TableChange.objects.get(outcome="waiting")


def drafted() -> Walk:
    """A delegation that nobody has filed yet."""
    golden = read_scenarios(SHIPPED / "outbound_delegation" / "v1").scenarios[0]
    return walked("outbound_delegation", Scenario(name=golden.name, given=golden.given, steps=()))


def live(key: str = "total_days") -> list[TableRow]:
    return list(TableRow.objects.filter(table="trip_limits", key=key).order_by("valid_from"))


def test_the_pages_are_for_administrators_alone() -> None:
    change = proposed()
    for path in ("/office/rules/", LIMITS, f"{LIMITS}row/", f"/office/rules/changes/{change.pk}/"):
        assert signed_in("admin").get(path).status_code == 200, path
        for somebody in ("ha", "lan", "thu"):
            assert signed_in(somebody).get(path).status_code == 404, (path, somebody)
    assert signed_in("lan").post(f"/office/rules/changes/{change.pk}/accept/").status_code == 404
    assert signed_in("admin").get("/office/rules/fees/").status_code == 404, "not declared by a procedure"


def test_a_declared_table_has_no_second_way_in() -> None:
    """One administrator alone writes the office's own tables; not those that decide."""
    assert signed_in("admin").get("/office/tables/trip_limits/").status_code == 404
    assert "/office/tables/trip_limits/" not in text(signed_in("admin").get("/office/tables/"))


def test_every_row_is_shown_with_its_condition_and_what_nobody_confirmed() -> None:
    page = text(signed_in("admin").get("/office/rules/approval_matrix/"))
    assert page.count("data-row=") == 9
    assert "member.managed_by == &#x27;bct_bbt&#x27;" in page
    assert "Chưa đối chiếu" in text(signed_in("admin").get(LIMITS))


def test_what_admin_proposes_changes_nothing_before_a_second_person_accepts() -> None:
    change = proposed()
    assert len(live()) == 1
    assert change.columns["limit"] == {"max": 2}
    answer = signed_in("binh").post(f"/office/rules/changes/{change.pk}/accept/")
    assert answer.headers["Location"] == LIMITS
    old, new = live()
    assert (old.valid_to, new.valid_from, new.columns["limit"]) == (dt.date(2026, 11, 30), LATER, {"max": 2})
    assert (new.src, new.revision, new.changed_by) == ("Quyết định 9/QĐ-UBND", old.revision + 1, str(person("binh").pk))
    told = [e.what for e in AccountEvent.objects.filter(details__table="trip_limits", details__key="total_days")]
    assert {"table_change_proposed", "office_row_written", "table_change_decided"} <= set(told)


def test_nobody_accepts_the_own_proposal() -> None:
    change = proposed()
    page = text(signed_in("admin").post(f"/office/rules/changes/{change.pk}/accept/"), 422)
    assert "Người đề nghị không tự quyết định" in page
    assert len(live()) == 1


def test_the_second_person_sees_which_draft_would_come_out_otherwise() -> None:
    walk = drafted()
    page = text(signed_in("binh").get(f"/office/rules/changes/{proposed().pk}/"))
    assert f'data-effect="{walk.case.submission_code}"' in page
    assert "Giới hạn đang vượt" in page
    before = walk.case.dossier
    assert Case.objects.get(pk=walk.case.pk).dossier == before, "looking changes nothing"


@pytest.mark.parametrize("kept", [{"sensitive": True}, {"personal": True}, {"visible_to": ("specialist",)}])
def test_a_value_that_is_not_for_administrators_is_not_told(kept: dict[str, Any]) -> None:
    field = Field(name="debts", vi="Số khoản nợ", en="Debts", type="int", computed="1", **kept)
    assert told(field, 7) == "•••"
    assert told(field.model_copy(update=dict.fromkeys(kept, False)), 7) == 7


def test_a_received_case_keeps_the_rows_of_its_day() -> None:
    walk = drafted()
    Case.objects.filter(pk=walk.case.pk).update(received_at=NOW)
    page = text(signed_in("binh").get(f"/office/rules/changes/{proposed().pk}/"))
    assert "data-effect" not in page
    assert "Không hồ sơ nào được quyết định khác đi." in page


def test_a_change_is_declined_with_a_reason() -> None:
    change = proposed()
    assert "reason" in text(signed_in("binh").post(f"/office/rules/changes/{change.pk}/decline/", {"reason": ""}), 422)
    signed_in("binh").post(f"/office/rules/changes/{change.pk}/decline/", {"reason": "Chưa có quyết định của tỉnh."})
    change.refresh_from_db()
    assert (change.outcome, change.reason) == ("declined", "Chưa có quyết định của tỉnh.")
    assert len(live()) == 1
    assert "Chưa có quyết định của tỉnh." in text(signed_in("admin").get(f"/office/rules/changes/{change.pk}/"))


def test_who_proposed_takes_it_back_and_may_propose_again() -> None:
    change = proposed()
    path = f"{LIMITS}row/?key=trips_per_year"
    assert "đang có một thay đổi chờ" in text(signed_in("admin").post(path, filled(path, limit="max = 3")), 422)
    signed_in("admin").post(f"/office/rules/changes/{change.pk}/decline/")
    change.refresh_from_db()
    assert change.outcome == "taken_back"
    assert proposed("trips_per_year", limit="max = 3").key == "trips_per_year"


def test_a_row_ends_by_two_persons_as_well() -> None:
    path = f"{LIMITS}end/?key=lead_time"
    sent = {"last_day": "2026-12-31", "src": "Quyết định 10/QĐ-UBND"}
    assert signed_in("admin").post(path, sent).status_code == 302
    assert [row.valid_to for row in live("lead_time")] == [None]
    signed_in("binh").post(f"/office/rules/changes/{TableChange.objects.get().pk}/accept/")
    assert [row.valid_to for row in live("lead_time")] == [dt.date(2026, 12, 31)]


@pytest.mark.parametrize(("wrong", "words"), [
    ({"if": "dossier.total_dayz > limit.max"}, "total_dayz"),
    ({"if": "dossier.total_days >"}, "if:"),
    ({"limit": "nhiều"}, "Không đọc được"),
    ({"severity": "rất nặng"}, "error"),
    ({"valid_from": "2026-11-01"}, "Ngày bắt đầu không được trước hôm nay"),
    ({"valid_from": "2026-12-01", "valid_to": "2026-11-30"}, "ở trước ngày bắt đầu"),
    ({"src": ""}, "error"),
    ({"lifted_by": "giam_doc"}, "giam_doc"),
])  # fmt: skip
def test_what_a_row_cannot_be_comes_back_in_words(wrong: dict[str, str], words: str) -> None:
    path = f"{LIMITS}row/?key=total_days"
    page = text(signed_in("admin").post(path, filled(path, **wrong)), 422)
    assert words in page
    assert not TableChange.objects.exists()


def test_a_row_that_breaks_the_tables_own_tests_is_not_proposed() -> None:
    """With this row the officer without budget money would go to the chair: the matrix says otherwise in its tests."""
    path = "/office/rules/approval_matrix/row/?key=r7"
    page = text(signed_in("admin").post(path, filled(path, **{"if": "false"})), 422)
    assert "phép thử" in page
    assert not TableChange.objects.exists()


def coming(first: dt.date, key: str = "total_days") -> None:
    """Another version of a row that is decided already and comes into force later."""
    row = TableRow.objects.get(table="trip_limits", key=key)
    TableRow.objects.create(
        table="trip_limits", key=key, columns=row.columns, valid_from=first, src="D", changed_at=NOW
    )
    TableRow.objects.filter(pk=row.pk).update(valid_to=first - dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("last", "words"),
    [("2026-12-20", "trùng thời gian với dòng"), ("2026-12-10", "bỏ trống từ sau")],
)
def test_a_row_that_overlaps_the_coming_one_or_leaves_days_out_is_not_proposed(last: str, words: str) -> None:
    coming(dt.date(2026, 12, 15))
    path = f"{LIMITS}row/?key=total_days"

    assert words in text(signed_in("admin").post(path, filled(path, limit="max = 2", valid_to=last)), 422)
    assert not TableChange.objects.exists()


def test_the_row_that_takes_the_rest_is_not_ended() -> None:
    path = "/office/rules/approval_matrix/end/?key=r9"
    sent = {"last_day": "2026-12-31", "src": "Quyết định 10/QĐ-UBND"}

    assert "không dòng nào nhận phần còn lại" in text(signed_in("admin").post(path, sent), 422)
    assert not TableChange.objects.exists()


@pytest.mark.parametrize(("column", "table"), [("decider", "approval_matrix"), ("lifted_by", "trip_limits")])
def test_a_row_that_names_somebody_unknown_is_no_row(in_province: str, column: str, table: str) -> None:
    """By page the list offers nobody else; rows from elsewhere are judged by the same rule."""
    rows = [hit.line for hit in table_editing.rows_on(table, TODAY)]
    wrong = rows[0].model_copy(update={"columns": {**rows[0].columns, column: "giam_doc_so"}})
    (fault,) = table_editing.faults_of_rows(table, [wrong, *rows[1:]])

    assert f"{column}: sai kiểu" in fault.message
    assert "giam_doc_so" in fault.message


def test_what_was_right_when_proposed_is_judged_again_when_accepted() -> None:
    change = proposed()
    row = live()[0]
    TableRow.objects.create(
        table="trip_limits", key="total_days", columns=row.columns, valid_from=dt.date(2026, 12, 15),
        src="D", changed_at=NOW,
    )  # fmt: skip
    TableChange.objects.filter(pk=change.pk).update(valid_to=dt.date(2026, 12, 20))
    text(signed_in("binh").post(f"/office/rules/changes/{change.pk}/accept/"), 422)
    change.refresh_from_db()
    assert change.outcome == "waiting"
