"""The built-in guards: facts that must be computed or looked up. Everything else is a CEL rule of the folder.

A built-in is a pure question: nothing to say (it passes), or the reasons for which it refuses. The sentence
of a bare refusal is the guard's own (common layer, builtins); a list of missing things has a sentence each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.definition import Guard, Procedure, Step
from workflows.errors import CannotBeJudged, Reason
from workflows.expressions import compiled
from workflows.lookups import Lookups

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What a guard may know: the step, the facts (roots of CEL), look-ups, and whom four eyes counts."""

    procedure: Procedure
    step: Step
    facts: Mapping[str, Any]
    lookups: Lookups
    people: frozenset[str]
    recorded: bool

    def cel(self, text: Any, facts: Mapping[str, Any] | None = None) -> Any:
        """Return the value of a parameter that is CEL."""
        return compiled(str(text)).evaluate(self.facts if facts is None else facts, self.lookups)


Builtin = Callable[[Question, Params], bool | Iterable[Reason]]
BUILTINS: dict[str, Builtin] = {}


def builtin(check: Builtin) -> Builtin:
    """Register a built-in under its own name."""
    BUILTINS[check.__name__] = check
    return check


def judge(guard: Guard, question: Question, *, filled: bool = True) -> Iterator[Reason]:
    """Yield the reasons for which a guard refuses; an absent value refuses with `cannot_be_judged`.

    `filled` false skips guards that read what the actor would fill in at the step.
    """
    if not filled and reads_filled(guard, question.procedure, question.step):
        return
    try:
        found = _judge(guard, question)
    except CannotBeJudged as missing:
        yield Reason(
            "cannot_be_judged",
            f"Chưa đủ thông tin để xét: {guard.vi} ({missing.path})",
            f"Cannot be judged: {guard.en} ({missing.path})",
            missing.path,
        )
        return
    if found is False:
        yield Reason(guard.code, guard.vi, guard.en)
    elif found is not True:
        yield from found


def _judge(guard: Guard, question: Question) -> bool | list[Reason]:
    if guard.cel is not None:
        return compiled(guard.cel).judge(question.facts, question.lookups)
    found = BUILTINS[guard.builtin or ""](question, guard.params)
    return found if isinstance(found, bool) else list(found)


def reads_filled(guard: Guard, procedure: Procedure, step: Step) -> bool:
    """Whether the guard depends on what is filled in at the step: an ask, or a field of the dossier due at it."""
    if guard.cel is None:
        return reads_ask(guard)
    named = {path[1] for path in compiled(guard.cel).paths if path[0] == "dossier" and len(path) > 1}
    due = (f for f in procedure.fields if f.name in named) if named else ()
    return reads_ask(guard) or any(f.required_from == step.name for f in due)


def reads_ask(guard: Guard) -> bool:
    """Whether the guard depends on what is asked at the step."""
    if guard.cel is not None:
        return "ask" in compiled(guard.cel).roots
    if guard.builtin in ("checklist_complete", "recorded_document", "defects_complete", "ledger_balanced"):
        return True
    if guard.builtin == "consultation" and guard.params.get("stage") == "asked":
        return True
    return any(isinstance(v, str) and v.startswith("ask.") for v in guard.params.values())


# ------------------------------------------------------------------------------------------- completeness
@builtin
def checklist_complete(q: Question, params: Params) -> Iterable[Reason]:
    """Every item of the checklist has an answer (yes, no, na) and none fails."""
    name = str(params["list"])
    answers = q.lookups.checklist(name)
    for item in q.procedure.checklists.get(name, ()):
        answer = answers.get(item.code)
        if answer not in ("yes", "na"):
            said = "không đạt" if answer == "no" else "chưa kiểm tra"
            english = "fails" if answer == "no" else "not checked"
            yield Reason("checklist_complete", f"{item.vi}: {said}", f"{item.en}: {english}", f"checklist.{item.code}")


@builtin
def defects_complete(q: Question, params: Params) -> Iterable[Reason]:
    """A later round names no item that was complete before (one-stop §5: asked once, in full)."""
    known = {row["item"].casefold() for p in q.facts["parts"][params["part"]] for row in p.get(params["field"], ())}
    named = [row.get("item", "") for row in q.facts["ask"].get(params["field"], ())]
    earlier = q.facts["parts"][params["part"]]
    done = {r["item"].casefold() for p in earlier for r in p.get(params["field"], ()) if r.get("answered")}
    reopened = [n for n in named if n.casefold() in done & known]
    return [
        Reason(
            "defects_complete", f"Mục này đã đủ ở lần trước: {n}", f"This item was complete before: {n}", "ask.items"
        )
        for n in reopened
    ]


@builtin
def fee_settled(q: Question, params: Params) -> bool:
    """There is no fee, or the payment is recorded."""
    del params
    fee = q.facts["config"].get("fee", 0)
    return not fee or bool(q.facts["case"].get("fee_paid"))


@builtin
def index_complete(q: Question, params: Params) -> Iterable[Reason]:
    """Every original is returned or signed for; the index itself is made from the papers of the case."""
    del params
    return [
        Reason("index_complete", f"Bản gốc chưa trả: {name}", f"Original not returned: {name}")
        for name in q.lookups.originals_open()
    ]


@builtin
def originals_settled(q: Question, params: Params) -> bool:
    """Every original that must be there is recorded (received), or returned and signed for (returned)."""
    if params["where"] == "returned":
        return not q.lookups.originals_open()
    return all(a.get("original_received", True) for a in q.facts["attachments"].values() if a.get("present"))


# ------------------------------------------------------------------------------------------------- people
@builtin
def assignable(q: Question, params: Params) -> bool:
    """The person holds the role in the unit today and has no conflict on this case."""
    person = str(q.cel(params["person"]))
    return q.lookups.holds_role(person, str(params["role"])) and not q.lookups.conflict(person)


@builtin
def four_eyes(q: Question, params: Params) -> Iterable[Reason]:
    """Neither applicant, member nor drafter; a lower reviewer signs only as KT. or Q. with a coded reason."""
    del params
    if any(q.lookups.conflict(p) for p in q.people):
        yield Reason(
            "four_eyes",
            "Người ký là người nộp hoặc thành viên của hồ sơ",
            "The signer is applicant or member of the case",
        )
    if q.lookups.drafted(q.people):
        yield Reason("four_eyes", "Người soạn thảo không được ký", "The drafter never signs")
    if q.lookups.reviewed(q.people) and not (_is_still_to_say(q) or _signs_as_deputy(q)):
        yield Reason(
            "four_eyes",
            "Người đã duyệt ở cấp dưới chỉ được ký thay (KT., Q.) khi có lý do",
            "A lower reviewer signs only as a deputy (KT., Q.), with a reason",
        )


def _is_still_to_say(q: Question) -> bool:
    """Whether the form of signing is asked at the step and not given yet: who looks ahead may still choose it."""
    return any(f.name == "signing_form" for f in q.step.ask) and "signing_form" not in q.facts["ask"]


def _signs_as_deputy(q: Question) -> bool:
    ask = q.facts["ask"]
    return ask.get("signing_form") in ("kt", "q") and bool(ask.get("deputy_reason"))


@builtin
def mandate_in_force(q: Question, params: Params) -> bool:
    """A mandate covers this act today and its grantor still holds the office."""
    return q.lookups.mandate(str(params["act"]), str(params["grantor"]), q.people) is not None


@builtin
def issuer_or_above(q: Question, params: Params) -> bool:
    """The actor is who signed that paper or stands above; a paper nobody signed here binds nobody."""
    person, role = q.lookups.signer_of(str(params["paper"]))
    order = [r for r in q.procedure.roles if r != "system"]
    ranks = {r: order.index(r) for r in order}
    mine = [ranks[r] for r in q.facts["actor"]["roles"] if r in ranks] or [-1]
    above = role in ranks and max(mine) >= ranks[role]
    return not person or person in q.people or above or q.recorded


@builtin
def not_yet_taken(q: Question, params: Params) -> bool:
    """The next person has neither opened nor acted on it."""
    del params
    return not q.lookups.opened_since(str(q.facts["case"]["state"]))


@builtin
def successor_valid(q: Question, params: Params) -> bool:
    """The successor unit is in force today and named by a decision."""
    return q.lookups.successor(str(q.cel(params["unit"])))


# --------------------------------------------------------------------------------- opinions and results
@builtin
def consultation(q: Question, params: Params) -> Iterable[Reason]:
    """Every mandatory agency is in the list (asked); has answered or timed out, not stale (done)."""
    wanted = [c for c in q.procedure.consultees if _mandatory(q, c.mandatory)]
    if params["stage"] == "asked":
        listed = set(q.facts["ask"].get("consultee_list", ())) | {
            p["agency"] for p in _opinions(q) if not p.get("stale")
        }
        absent = [c for c in wanted if c.code not in listed]
    else:
        done = {p["agency"] for p in _opinions(q) if p["closed"] and not p.get("stale") and p["state"] != "dropped"}
        dropped = {p["agency"] for p in _opinions(q) if p["state"] == "dropped"}
        absent = [c for c in wanted if c.code not in done | dropped]
    return [
        Reason("consultation", f"Bắt buộc lấy ý kiến: {c.vi}", f"Must be consulted: {c.en}", f"consultees.{c.code}")
        for c in absent
    ]


def _opinions(q: Question) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = q.facts["parts"].get("opinion", [])
    return found


def _mandatory(q: Question, condition: bool | str) -> bool:  # noqa: FBT001  # a literal or CEL
    return condition if isinstance(condition, bool) else bool(q.cel(condition))


@builtin
def results_current(q: Question, params: Params) -> Iterable[Reason]:
    """No draft or opinion is stale; what this step prepares anew and who was asked again do not count."""
    del params
    for code, paper in q.facts["papers"].items():
        if paper["stale"] and code not in q.step.papers.prepare:
            name = q.procedure.paper(code)
            yield Reason(
                "results_current", f"Dự thảo không còn khớp: {name.vi}", f"Stale draft: {name.en}", f"papers.{code}"
            )
    for part in (p for parts in q.facts["parts"].values() for p in parts if not p["closed"]):
        if part.get("drafts_stale"):
            key = part["key"]
            yield Reason(
                "results_current", f"Dự thảo của {key} không còn khớp", f"Stale drafts of {key}", f"parts.{key}"
            )
    fresh = {p["agency"] for p in _opinions(q) if not p.get("stale")}
    for part in _opinions(q):
        if part.get("stale") and part["agency"] not in fresh and part["state"] != "dropped":
            yield Reason(
                "results_current", f"Ý kiến không còn khớp hồ sơ: {part['agency']}", f"Stale opinion: {part['agency']}"
            )


@builtin
def recorded_document(q: Question, params: Params) -> bool:
    """The other body's document is recorded with what the step asks of it: of a classified one there is no scan."""
    ask = q.facts["ask"]
    asked = {f.name for f in q.step.ask if f.required is True}
    del params
    return all(ask.get(n) for n in ("outside_no", "outside_date", "outside_signer", "outside_scan") if n in asked)


@builtin
def unique_open(q: Question, params: Params) -> bool:
    """No other open case of this procedure has the same value."""
    path = str(params["key"])
    return not q.lookups.other_open(q.cel(path), path)


@builtin
def mode_is(q: Question, params: Params) -> bool:
    """The office's mode is one of these."""
    return q.facts["office"].get("modes", {}).get(params["mode"]) in params["values"]
