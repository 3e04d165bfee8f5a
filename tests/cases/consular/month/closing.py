"""The end of a month: blanks go back, the stock is counted, used stamps are settled, the months of fees are closed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from cases.models import Case, Event, Part
from cases.services import advance_case, book_of
from cases.services.rows import open_row
from tests.cases.consular.month.office import Office
from tests.cases.consular.month.people import Move
from tests.procedures.runner import person

AGENCY = "foreign_affairs_agency"
COME, GONE = ("record_original", "found_again"), ("hand_back", "post_back", "keep_evidence.agreed", "report_lost")


def stamps(**kept: Any) -> list[Case]:
    return list(Case.objects.filter(procedure="stamp_stock", kind="row", **kept).order_by("case_code"))


def blanks_go_back(office: Office) -> None:
    """The power has ended: what is blank returns to the Consular Department, row by row, by minutes."""
    for row in stamps(state="in_stock"):
        took = [office.does(row, Move(step, who=who, stamp="x", given=given)) for step, who, given in RETURN]
        assert all(took), (row.code, office.refused)
        office.box.remove(row.dossier["stamp_no"])


RETURN: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("return_blank", "giang", {"asked_back_no": "95/LS-HPH"}), ("agree", "van", {}),
    ("sign_return", "binh", {}), ("issue_return", "van", {}),
)  # fmt: skip


def counted(office: Office, period: str) -> None:
    """Giang counts what lies in the box, Vân agrees: a difference of one stamp is refused."""
    book = book_of("stamp_stock", AGENCY, office.now, person("giang"))
    found = [{"row": row.code, "found": row.dossier["stamp_no"] in office.box} for row in stamps(closed=False)]
    given = {"counted": found, "count_period": period, "confirm": ["entries_match"]}
    advance_case(case_id=book.pk, transition="monthly_count", actor=person("giang"), now=office.now, data=given)
    advance_case(case_id=book.pk, transition="agree", actor=person("van"), now=office.now)


def settled(office: Office) -> None:
    """Every used stamp is settled, every spoilt one by its minutes."""
    for row in stamps(state="spoiled"):
        for step in ("sign_spoil", "issue_spoil", "settle_spoiled"):
            assert office.does(row, Move(step, stamp="x")), (row.code, step, office.refused)
    for row in stamps(state="used"):
        assert office.does(row, Move("settle", stamp="x")), (row.code, office.refused)


def closed_month(office: Office, first: dt.date, exempt: int) -> list[str]:
    """Close a month by the purse of the cashier; return what the leader's report says of it."""
    last = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    here = [amount for day, amount in office.money if first <= day <= last]
    sums = {"collected": sum(a for a in here if a > 0), "refunded": -sum(a for a in here if a < 0)}
    values = {
        "keeping_agency": AGENCY, "period_first": first.isoformat(), "period_last": last.isoformat(),
        "exempt_count": exempt, **{name: {"minor": amount, "currency": "VND"} for name, amount in sums.items()},
    }  # fmt: skip
    row = open_row(ledger="consular_fee_month", actor=person("tam"), now=office.now, values=values).case
    given = {"confirm": ["all_entered"]}
    advance_case(case_id=row.pk, transition="close_month", actor=person("tam"), now=office.now, data=given)
    return [f"{name} {amount}" for name, amount in sums.items()]


def exempt_in(first: dt.date) -> int:
    """Return how many papers were received free of charge in the month of a day, read from the events of receipt."""
    received = Event.objects.filter(name__in=("pay", "receive"), case__procedure="consular_legalization")
    cases = {e.case_id for e in received if (e.at.year, e.at.month) == (first.year, first.month)}
    rows = [row for case in Case.objects.filter(pk__in=cases) for row in case.dossier["papers"]]
    return sum(1 for row in rows if row.get("counts") and row.get("fee_exemption"))


def originals_left() -> dict[str, int]:
    """Return the originals that came in and neither went out nor are accounted for, by case and part."""
    left: Counter[str] = Counter()
    for event in Event.objects.filter(part_key__startswith="original-"):
        place = f"{event.case_id} {event.part_key}"
        left[place] += (event.name in COME) - (event.name in GONE)
    return {place: number for place, number in left.items() if number}


def parts_open() -> list[str]:
    """Return the parts of ended cases that still wait for somebody."""
    rows = Part.objects.filter(case__procedure="consular_legalization", closed=False, ended=False)
    return [f"{part.case.code} {part.key} {part.state}" for part in rows.exclude(case__state="draft")]
