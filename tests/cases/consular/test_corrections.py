"""A result that is corrected takes the place of the wrong one."""

from __future__ import annotations

import pytest

from documents.models import Document
from tests.cases.consular.desk import until

ELECTRONIC = "an error in an electronic result is redone without stamp and original, and the new one replaces the old"
ON_PAPER = "an error of the applicant costs a new fee"

pytestmark = pytest.mark.usefixtures("at_consular_desk")


@pytest.mark.parametrize(
    ("paper", "step", "name"),
    [("electronic_stamp", "register_electronic_again", ELECTRONIC), ("consular_stamp", "register_again", ON_PAPER)],
)
def test_nga_corrects_a_result_and_the_wrong_one_is_superseded(paper: str, step: str, name: str) -> None:
    walk = until(step, name)
    wrong, right = Document.objects.filter(case=walk.case, paper=paper, status__in=("issued", "superseded")).order_by(
        "issued_at"
    )

    assert (wrong.status, right.status, right.supersedes) == ("superseded", "issued", wrong)
    assert [one.part and one.part.key for one in (wrong, right)] == ["paper-1", "correction-1"]


def test_until_the_corrected_result_is_registered_the_first_one_stands() -> None:
    walk = until("sign_electronic_again", ELECTRONIC)

    statuses = Document.objects.filter(case=walk.case, paper="electronic_stamp").order_by("created_at")
    assert [one.status for one in statuses if one.status != "void"] == ["issued", "signed"]


def test_the_corrected_result_says_the_same_of_the_paper_as_the_first() -> None:
    walk = until("register_electronic_again", ELECTRONIC)
    wrong, right = Document.objects.filter(
        case=walk.case, paper="electronic_stamp", status__in=("issued", "superseded")
    ).order_by("issued_at")

    own = {"document_no", "document_date", "verify_code"}
    assert {k: v for k, v in right.context.items() if k not in own and wrong.context.get(k) != v} == {}
