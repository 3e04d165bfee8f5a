"""Columns of a table are shown to the roles that they name: on pages, in the command, in what a change tells."""

from __future__ import annotations

import pytest

from cases.access import seen_value
from cases.presentation.dossier import sensitive_value, shown_rows
from cases.presentation.face import Look
from cases.services.changes import describe
from tests.cases.travel import member, travelled
from tests.procedures.runner import person
from workflows.registry import load

pytestmark = pytest.mark.usefixtures("in_province")
TRAVEL = load("outbound_delegation")
MEMBERS = next(f for f in TRAVEL.fields if f.name == "members")
ROWS = [member()]


def test_who_is_not_named_by_a_column_does_not_get_it() -> None:
    clerk, officer = (seen_value(MEMBERS, ROWS, [role])[0] for role in ("clerk", "specialist"))

    assert {"id_no", "party_member", "discipline_declared"} & clerk.keys() == set()
    assert officer["id_no"] == member()["id_no"]


def test_a_change_tells_nobody_what_only_some_may_see() -> None:
    told = describe(TRAVEL, {}, {"members": ROWS})[0]["after"]

    assert "Nguyễn Thị Mây" in told
    assert member()["id_no"] not in told


def test_the_officer_sees_the_list_without_identifiers_and_them_once_it_is_said_what_for() -> None:
    walk = travelled("assign")
    look = Look(walk.case, person("ha"), walk.now)
    plain, close = shown_rows(look, [MEMBERS], walk.case.dossier)

    assert member()["id_no"] not in str(plain.table)
    assert close.masked
    told = sensitive_value(look, "members")
    assert told is not None
    assert f"Số định danh cá nhân {member()['id_no']}" in told.value


def test_the_clerk_is_not_even_offered_what_the_clerk_may_not_see() -> None:
    walk = travelled("assign")
    look = Look(walk.case, person("van"), walk.now)

    assert len(list(shown_rows(look, [MEMBERS], walk.case.dossier))) == 1
    assert sensitive_value(look, "members") is None
