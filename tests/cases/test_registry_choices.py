"""References to registries in forms: what may be chosen is what the person may see, however long the list is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import LOCAL
from cases.forms import ValuesForm
from cases.forms_choices import Choices, all_choices
from cases.models import Case, TableRow
from tests.cases.ledgers.custody import passport
from tests.cases.travel import travelled
from tests.procedures.runner import person
from workflows.definition import Field

pytestmark = pytest.mark.usefixtures("in_province")
TODAY = dt.date(2026, 11, 24)
PLAN = Field(name="plan", vi="Kế hoạch", en="Plan", type="ref(plan_items)")
DECISION = Field(name="decision", vi="Quyết định", en="Decision", type="ref(sending_decisions)")
PASSPORT = Field(name="passport", vi="Hộ chiếu", en="Passport", type="ref(passport_custody)")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], None]:
    def at(moment: dt.datetime) -> None:
        monkeypatch.setenv("HOSO_CLOCK", moment.isoformat())

    at(dt.datetime(2026, 11, 24, 9, tzinfo=LOCAL))
    return at


def offered(spec: Field, who: str) -> Choices | None:
    return all_choices([spec], TODAY, None, person(who)).get(spec.name)


def plan_items(count: int) -> None:
    TableRow.objects.bulk_create(
        TableRow(table="plan_items", key=f"kh-{n:05}", columns={"vi": f"Đoàn khảo sát số {n:05} tại Nhật Bản"},
                 valid_from=dt.date(2026, 1, 1), src="test", changed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        for n in range(count)
    )  # fmt: skip


def form(spec: Field, who: str, data: dict[str, str] | None = None) -> ValuesForm:
    return ValuesForm([spec], data, choices=all_choices([spec], TODAY, None, person(who)))


def test_a_short_list_is_a_select() -> None:
    html = str(form(PLAN, "lan")["plan"])

    assert "<select" in html
    assert "Học tập kinh nghiệm đào tạo nghề tại Nhật Bản" in html


def test_five_thousand_entries_are_searched_and_picked_without_a_script() -> None:
    plan_items(5_000)
    with CaptureQueriesContext(connection) as asked:
        blank = str(form(PLAN, "lan")["plan"])
    assert len(blank) < 2_000
    assert len(asked) <= 4  # the person, the rows, whether cases say something

    search = form(PLAN, "lan", {"plan": "nhat ban 04999", "plan-find": "1"})
    html = str(search["plan"])
    assert search.row_changed
    assert 'name="plan-pick" value="kh-04999"' in html

    picked = form(PLAN, "lan", {"plan": "nhat ban 04999", "plan-pick": "kh-04999"})
    assert picked.is_valid()
    assert picked.values == {"plan": "kh-04999"}
    assert 'value="Đoàn khảo sát số 04999 tại Nhật Bản"' in str(picked["plan"])


def test_a_name_typed_in_full_needs_no_search_and_a_wrong_one_names_what_is_near() -> None:
    plan_items(5_000)
    assert form(PLAN, "lan", {"plan": "Đoàn khảo sát số 00017 tại Nhật Bản"}).is_valid()

    wrong = form(PLAN, "lan", {"plan": "khảo sát 0001"})
    assert not wrong.is_valid()
    assert "Đoàn khảo sát số 00010 tại Nhật Bản" in str(wrong.errors["plan"])
    assert 'value="kh-00010"' in str(wrong["plan"])


def test_a_search_in_a_row_of_a_table_is_no_answer_yet() -> None:
    plan_items(1_500)
    trips = Field(name="trips", vi="Chuyến đi", en="Trips", type="table", columns=(PLAN,))
    made = form(trips, "lan", {"trips-rows": "1", "trips-0-plan": "01234", "trips-0-plan-find": "1"})

    assert made.row_changed
    assert made.has_buttons
    assert 'name="trips-0-plan-pick" value="kh-01234"' in str(made["trips"])


def test_decisions_of_others_are_offered_to_nobody_but_named_by_whoever_holds_the_paper() -> None:
    travelled("issue_delegated")
    own, office, stranger = (offered(DECISION, who) for who in ("lan", "ha", "phuc"))
    assert own is not None
    assert office is not None
    assert stranger is not None

    assert "62/QĐ-SNgV" in own.names
    assert "62/QĐ-SNgV" in office.names
    assert "62/QĐ-SNgV" not in stranger.names
    assert stranger.find("62/QĐ-SNgV") == "62/QĐ-SNgV"
    assert stranger.find("63/QĐ-SNgV") is None
    assert stranger.near("62") == []


def test_passports_are_offered_by_the_number_of_their_row_to_who_may_open_it_and_others_type() -> None:
    row: Case = passport()
    ngan, lan = offered(PASSPORT, "ngan"), offered(PASSPORT, "lan")
    assert ngan is not None
    assert lan is not None

    assert [name.split(" ")[0] for name in ngan.names.values()] == [row.code]
    assert "S0012345" not in str(form(PASSPORT, "ngan")["passport"])
    assert ngan.find(ngan.names[str(row.pk)]) == str(row.pk)
    assert lan.names == {}
    assert lan.find("C7654321") == "C7654321"


def test_mandates_are_for_the_office() -> None:
    mandate = Field(name="mandate", vi="Ủy quyền", en="Mandate", type="ref(mandates)")
    office = offered(mandate, "ha")
    assert office is not None
    assert "45/UQ-UBND" in office.names
    assert offered(mandate, "lan") is None
