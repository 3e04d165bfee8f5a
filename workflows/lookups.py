"""What the engine may ask of the world; cases.facts answers. Days are day numbers (1970-01-01 = 0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from workflows.tables import Decision


class Lookups(Protocol):
    """Pure questions. Every row read is noted in `reads` ("table:key" -> revision) for the event."""

    @property
    def reads(self) -> dict[str, int]: ...

    def row(self, table: str, key: Any, day: int) -> Mapping[str, Any] | None:
        """The row of a dated table or registry in force on that day, or None."""

    def decide(self, table: str, facts: Mapping[str, Any]) -> Any:
        """The result of a decision table; CannotBeJudged when an input is missing."""

    def table_needs(self, table: str) -> Mapping[str, Any]:
        """What the rows of a decision table read of each input: names below it, or True for the whole."""

    def judged(self, table: str, facts: Mapping[str, Any]) -> Decision:
        """All that a decision table says of these inputs: rows that hold, rows that could not be judged."""

    def rows_of(self, ledger: str, holders: Sequence[Any]) -> list[Mapping[str, Any]]:
        """The open rows of a ledger that belong to these holders: {no, state, settled}."""

    def rows_ever_called(self, ledger: str, key: str) -> list[Mapping[str, Any]]:
        """Every row that ever had this key, closed ones among them: {no, state, bound_to}."""

    def last_count(self, ledger: str) -> Mapping[str, Any] | None:
        """What the last count of the ledger of this row's agency left: {last_counted_on, gap_since}, or None."""

    def differences(self, ledger: str, counted: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
        """What a count of the ledger leaves open: (path, vi, en) of each row not accounted for."""

    def add_wd(self, day: int, n: int) -> int:
        """n working days later (earlier when negative), in the calendar of the unit."""

    def wd_between(self, first: int, last: int) -> int:
        """Working days after `first` up to and with `last`."""

    def holds_role(self, person: str, role: str) -> bool:
        """Whether the person holds the role today in a unit that answers for this case."""

    def conflict(self, person: str) -> bool:
        """Whether the person is applicant or member of the applying organisation of this case."""

    def other_open(self, key: Any, path: str) -> bool:
        """Whether another open case of this procedure has the same value at `path`."""

    def checklist(self, name: str) -> Mapping[str, str]:
        """Answers given for a checklist at this step: code -> yes | no | na."""

    def missing(self, stage: str) -> list[tuple[str, str, str]]:
        """Fields and attachments still missing at a stage: (path, vi, en)."""

    def originals_open(self) -> list[str]:
        """Originals received and neither returned nor signed for."""

    def opened_since(self, task_state: str) -> bool:
        """Whether the next person has claimed or opened the work waiting in this state."""

    def mandate(self, act: str, grantor: str, people: frozenset[str]) -> str | None:
        """Number of a mandate in force of whoever is `grantor` (a role), under which one of these people does this."""

    def gave_opinion(self, people: frozenset[str]) -> bool:
        """Whether one of these persons answered an opinion on this case."""

    def reviewed(self, people: frozenset[str]) -> bool:
        """Whether one of these persons reviewed the case below the present signer, in this attempt."""

    def drafted(self, people: frozenset[str]) -> bool:
        """Whether one of these persons drafted the case or a paper that this step signs."""

    def signer_of(self, paper: str) -> tuple[str, str]:
        """Person and role who signed the paper (`result`: the decision in force); empty when nobody did."""

    def successor(self, unit: str) -> bool:
        """Whether the unit is in force today and named as successor."""
