"""What a mandate lends on a case: the one role that it names, where its grantor has it, and sight of those cases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.models import RoleHeld, User
from accounts.services import give_mandate, grant_role
from cases.access import roles_to_look, visible_cases
from cases.services import advance_case, possibilities
from tests.procedures.province import case_at
from tests.procedures.runner import Walk, person
from workflows.errors import TransitionRefused

pytestmark = pytest.mark.usefixtures("in_province")


@pytest.fixture
def received() -> Walk:
    return case_at("received")


def lent(grantor: str, grantee: str, role: str, walk: Walk, **more: Any) -> None:
    given: dict[str, Any] = {
        "procedures": [], "acts": [], "form": "tuq", "document_no": "07/UQ-SNgV", "document_date": dt.date(2026, 2, 27),
        "valid_from": dt.date(2026, 3, 1), "valid_to": dt.date(2026, 3, 31), "actor": None, "now": walk.now,
    }  # fmt: skip
    give_mandate(grantor=person(grantor), grantee=person(grantee), role=role, **{**given, **more})


def at_the_counter(name: str, walk: Walk) -> None:
    desk = RoleHeld.objects.get(user=person("minh"), role="intake").unit
    since = dt.date(2026, 1, 2)
    grant_role(user=person(name), role="intake", unit=desk, valid_from=since, actor=None, now=walk.now)


def sees(user: User, walk: Walk) -> bool:
    return visible_cases(user, walk.now).filter(pk=walk.case.pk).exists()


def assigned_by_kien_for_son(walk: Walk) -> Any:
    data = {"assignee": str(person("ha").pk)}
    return advance_case(
        case_id=walk.case.pk,
        transition="assign",
        actor=person("kien"),
        acting_for=person("son"),
        now=walk.now,
        data=data,
    )


def test_kien_of_another_division_sees_sons_cases_while_he_acts_for_him(received: Walk) -> None:
    assert not sees(person("kien"), received)
    lent("son", "kien", "division_head", received)
    assert sees(person("kien"), received)
    assert "division_head" in roles_to_look(received.case, person("kien"), received.now)


def test_kien_hands_out_sons_case_for_him(received: Walk) -> None:
    lent("son", "kien", "division_head", received)
    found = possibilities(received.case, person("kien"), received.now, acting_for=person("son"))
    assert next(p for p in found if p.name == "assign").allowed
    assert assigned_by_kien_for_son(received).case.state == "assigned"


def test_with_the_mandate_kien_loses_sight_of_the_cases(received: Walk) -> None:
    lent("son", "kien", "division_head", received)
    later = received.now + dt.timedelta(days=40)
    assert not visible_cases(person("kien"), later).filter(pk=received.case.pk).exists()


def test_a_mandate_for_complaints_opens_no_aid_case(received: Walk) -> None:
    lent("son", "kien", "division_head", received, procedures=["complaint"])
    assert not sees(person("kien"), received)
    assert "division_head" not in roles_to_look(received.case, person("kien"), received.now)


def test_a_mandate_lends_the_role_that_it_names_and_no_other_of_its_grantor(received: Walk) -> None:
    """Sơn also sits at the counter; the mandate of the counter makes nobody head of division."""
    at_the_counter("son", received)
    lent("son", "kien", "intake", received)
    with pytest.raises(TransitionRefused) as refused:
        assigned_by_kien_for_son(received)
    assert "role_missing" in {reason.code for reason in refused.value.reasons}


def test_of_two_mandates_the_one_counts_whose_role_takes_the_step(received: Walk) -> None:
    at_the_counter("son", received)
    lent("son", "kien", "intake", received, document_no="06/UQ-SNgV")
    lent("son", "kien", "division_head", received)
    assert assigned_by_kien_for_son(received).case.state == "assigned"


def test_what_an_applicant_filed_is_never_lent(received: Walk) -> None:
    """Hà files a case of her own; who holds her mandate as a case officer does not see it."""
    own = received.case
    own.applicant, own.organisation, own.opened_by, own.state = person("ha"), None, person("ha"), "draft"
    own.save()
    lent("ha", "nga", "specialist", received)
    assert sees(person("ha"), received)
    assert not sees(person("nga"), received)
