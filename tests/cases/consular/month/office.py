"""A month at the consular desk: cases come, people do what they may, time passes; what hands hold is tallied apart."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F

from accounts.clock import LOCAL
from cases.errors import CaseChanged, InputFaults, PaperImpossible
from cases.models import Case, OutboxEntry, Part
from cases.procedures import definition_by, in_force
from cases.serials import rows_of_range
from cases.services import Target, advance_case, advance_each, open_case
from cases.services.office_rows import put_row
from cases.services.outbox import Delivery, deliver
from cases.services.row_import import open_rows
from tests.cases.consular.desk import GOLDEN, PROCEDURE, scenario
from tests.cases.consular.month.moves import moves
from tests.cases.consular.month.people import OFFICE, Move, dossier
from tests.cases.consular.month.view import View
from tests.procedures.runner import DELIVERED, Walk, person, resolved, stand
from workflows.errors import TransitionRefused

FIRST = dt.date(2026, 11, 2)
SLOTS = ((8, 10), (9, 30), (10, 50), (13, 40), (15, 0), (16, 20))
LETTERS = ("application_form", "papers_file", "identity_shown", "translation_file", "return_envelope")
COMES_BACK, UNTIL = 0.01, dt.date(2026, 12, 11)  # how often somebody looks at a case again of which nothing is owed
ENDED = ("returned", "stopped", "not_accepted", "revoked")


@dataclass
class Office:
    """The desk with its people; what they hold in their hands is counted apart from what the product keeps."""

    dice: random.Random
    mode: str = "full"
    now: dt.datetime = dt.datetime(2026, 11, 2, 8, 0, tzinfo=LOCAL)
    cases: list[Case] = field(default_factory=list)
    forgetful: set[Any] = field(default_factory=set)  # cases whose applicants leave questions unanswered
    turned_away: int = 0
    money: list[tuple[dt.date, int]] = field(default_factory=list)  # paid, and refunded below zero
    refunds: Counter[Any] = field(default_factory=Counter)
    box: set[str] = field(default_factory=set)  # the stamps that lie in the office
    on_papers: list[tuple[str, str]] = field(default_factory=list)  # stamps that were signed, with their paper
    happened: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def open(self, blanks: int) -> None:
        """Introduce the signer and take in a parcel of blank stamps, counted in by two persons."""
        stock, signer = scenario(GOLDEN).given.standing
        stand(signer, {})
        lot = {**stock.dossier, "range_last": f"TA{100 + blanks:06d}"}
        definition = definition_by(in_force(stock.ledger, FIRST).hash)
        rows = rows_of_range(definition, lot)
        open_rows(ledger=stock.ledger, actor=person(stock.by), now=self.now, rows=rows, idempotency_key=None)
        self.box = {row["stamp_no"] for row in rows}
        entered, agreed = stock.steps
        self.all_do("received", entered.do, str(entered.as_), {"counted": blanks})
        self.all_do("received", agreed.do, str(agreed.as_), {})

    def all_do(self, state: str, step: str, who: str, data: dict[str, Any]) -> None:
        """Let somebody do the same with every stamp of a state, in one go; nobody is refused."""
        rows = Case.objects.filter(procedure="stamp_stock", kind="row", state=state).order_by("case_code")
        targets = [Target(pk) for pk in rows.values_list("pk", flat=True)]
        results = advance_each(targets=targets, transition=step, actor=person(who), now=self.now, data=data)
        assert [result.reasons for result in results if result.outcome is None] == []
        self.happened[step] += len(results)

    def power(self, mode: str, day: dt.date) -> None:
        """Let the office have another power from a day on."""
        self.mode = mode
        columns = {**OFFICE, "modes": {"consular": mode, "consular_authority": "cuc_lanh_su"}}
        put_row(table="office", key="office", columns=columns, valid_from=day, valid_to=None, src="15/TB-BNG",
                confirmed=True, actor=None, now=self.now)  # fmt: skip

    # ------------------------------------------------------------------------------------------------- people
    def somebody_comes(self) -> None:
        """Somebody fills in a file and sends it; where the office has no power it is told so and stays a draft."""
        outcome = open_case(procedure=PROCEDURE, actor=person("lan"), now=self.now, values=resolved(dossier(self.dice)))
        for kind in LETTERS:
            self.walk(outcome.case).attach(kind, person("lan"))
        if self.mode == "none":
            assert not self.does(outcome.case, Move("submit", who="lan"))
            self.turned_away += 1
        else:
            self.cases.append(outcome.case)
            self.forgetful |= {outcome.case.pk} if self.dice.random() < 0.4 else set()

    def walk(self, case: Case) -> Walk:
        walk = Walk(case.procedure, scenario(GOLDEN).given, self.now)
        walk.case = case
        return walk

    def does(self, case: Case, move: Move) -> bool:
        """Let somebody do something as it is usually done; return whether the house let it happen."""
        usual = move.usual
        who = move.who or str(usual.get("as", "nga"))
        data = resolved({**usual.get("with", {}), **move.given}, self.walk(case))
        for name in usual.get("files", ()):
            data[name] = self.walk(case).attach(f"ask:{name}", person(who))
        self.now += dt.timedelta(seconds=20)
        try:
            advance_case(case_id=case.pk, transition=move.step, part_id=move.part or None, actor=person(who),
                         now=self.now, data=data)  # fmt: skip
        except (TransitionRefused, InputFaults, PaperImpossible, CaseChanged) as refused:
            self.refused.update(reason.code for reason in getattr(refused, "reasons", ()))
            return False
        self.happened[move.step] += 1
        self.changes_hands(case, move, data)
        return True

    def changes_hands(self, case: Case, move: Move, data: dict[str, Any]) -> None:
        """Take money and stamps from hand to hand, as people do, whatever the product writes down."""
        case.refresh_from_db()
        if move.step == "pay":
            self.money.append((self.now.date(), data["paid_minor"]))
        if move.step == "agree" and case.attributes.get("refunded_minor", 0) > self.refunds[case.pk]:
            given = case.attributes["refunded_minor"] - self.refunds[case.pk]
            self.refunds[case.pk] += given
            self.money.append((self.now.date(), -given))
        if move.step in ("sign", "sign_again"):
            serial = Part.objects.get(case=case, key=move.part).fields["stamp_no"]
            self.box.remove(serial)
            self.on_papers.append((serial, f"{case.code} {move.part}"))

    def acts_on(self, case: Case) -> None:
        """Let somebody do one of the things that may be done with a case."""
        case.refresh_from_db()
        parts = list(Part.objects.filter(case=case, attempt=case.attempt).order_by("opened_at", "pk"))
        forgets = case.pk in self.forgetful
        offered = moves(View(case, parts, self.mode, self.free(), self.now.date(), forgets))
        weights = [one.weight for one in offered]
        if self.dice.random() >= sum(weights):  # nobody finds anything to do
            return
        move = self.dice.choices(offered, weights)[0]
        if move.stamp:
            self.on_stamp(move)
        else:
            self.does(case, move)

    def on_stamp(self, move: Move) -> None:
        row = Case.objects.get(procedure="stamp_stock", kind="row", dossier__stamp_no=move.stamp)
        if self.does(row, move) and move.step in ("spoil", "cancel_used"):
            self.does(row, Move("agree", who="van", stamp=move.stamp))

    def free(self) -> list[str]:
        if self.mode != "full":
            return []
        rows = Case.objects.filter(procedure="stamp_stock", kind="row", state="in_stock").order_by("case_code")
        return [row.dossier["stamp_no"] for row in rows[:2]]

    # --------------------------------------------------------------------------------------------------- time
    def passes(self, until: dt.datetime) -> None:
        """Let everything fall due until then, in its order."""
        begun, self.now = self.now, max(self.now, until)
        waiting = OutboxEntry.objects.filter(kind__in=DELIVERED, done_at=None, dead_at=None)
        for _ in range(20_000):
            row = waiting.filter(due__lte=self.now).order_by("due", "pk").first()
            if row is None:
                return
            at = max(row.due, row.created_at, begun)
            if deliver(row.pk, now=at) is not Delivery.DONE:
                OutboxEntry.objects.filter(pk=row.pk, due__lte=at).update(due=self.now + dt.timedelta(hours=1))
        raise AssertionError("what is due never ends")

    def day(self, day: dt.date, newcomers: int) -> None:
        """A working day: people come in the morning, and everybody's case may move on a few times."""
        for number, (hour, minute) in enumerate(SLOTS):
            self.passes(dt.datetime.combine(day, dt.time(hour, minute), LOCAL))
            for _ in range(newcomers if number == 0 else 0):
                self.somebody_comes()
            owing, comes_back = self.owing(), COMES_BACK if day <= UNTIL else 0
            for case in self.dice.sample(self.cases, len(self.cases)):
                if self.dice.random() < (0.8 if case.pk in owing else comes_back):
                    self.acts_on(case)

    def owing(self) -> set[Any]:
        """Return the cases that have not ended, or of which an original is here or outside."""
        going = Case.objects.filter(pk__in=[case.pk for case in self.cases]).exclude(state__in=ENDED)
        parts = Part.objects.filter(attempt=F("case__attempt"), closed=False, ended=False)
        owed = parts.filter(case__procedure=PROCEDURE).exclude(case__state="draft")
        return {*going.values_list("pk", flat=True), *owed.values_list("case_id", flat=True)}
