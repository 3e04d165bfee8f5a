#!/usr/bin/env python3
"""Kiểm chứng lịch sử hồ sơ / verify the history of cases.

    python -I -S verify.py GÓI.zip [--json] [--origin TÊN] [--earlier GÓI-CŨ.zip]

One file, standard library only, so that an auditor can read it whole and run it anywhere; the product runs the same
functions on its database. Exit codes: 0 ok, 10 tampered, 11 incomplete, 12 cannot verify, 2 usage.
Longer than a file of this house should be: whoever proves something should have to read one file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

OK, TAMPERED, INCOMPLETE, UNVERIFIABLE, USAGE = 0, 10, 11, 12, 2
FORMAT = "hoso-evidence/1"
READABLE = {1}  # versions of event bodies that this verifier reads
LARGEST_INT = 2**53 - 1
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
SYSTEM = "system"
MOST_PER_CASE, MOST_FAULTS = 20, 1000

TEXT, PERHAPS, NUMBER, LIST, OBJECT = (str,), (str, type(None)), (int,), (list,), (dict,)
BODY: dict[str, tuple[type, ...]] = {  # the fields of an event of version 1 and their types
    **dict.fromkeys(("origin", "case", "prev", "kind", "definition", "name", "actor", "at", "build"), TEXT),
    **dict.fromkeys(("part", "from", "to", "acting_for", "recorded_for", "role"), PERHAPS),
    **dict.fromkeys(("v", "seq"), NUMBER),
    **dict.fromkeys(("confirms", "papers", "reads"), LIST),
    **dict.fromkeys(("inputs", "facts"), OBJECT),
}
# What the engine appends by itself, beside the steps that a definition names: it moves no state.
ENGINE_ACTS = {"open", "save", "claim", "release", "attach", "detach", "link", "delivery_given_up"}
COSIGN = ("proposed", "agreed", "declined", "taken_back")
RETURN = "@return"

# code -> exit code, Vietnamese, English
FAULTS: dict[str, tuple[int, str, str]] = {
    "not_canonical": (
        TAMPERED,
        "nội dung sự kiện không đúng cách ghi chuẩn",
        "the body is not the one spelling of an event",
    ),
    "hash_differs": (TAMPERED, "mã băm đã ghi không khớp nội dung", "the recorded hash is not that of the body"),
    "seq_broken": (TAMPERED, "số thứ tự bị đứt, lặp hoặc đổi", "the numbering has a gap, a repetition or a change"),
    "prev_broken": (TAMPERED, "không nối với sự kiện trước", "it does not follow the event before it"),
    "other_case": (TAMPERED, "sự kiện của hồ sơ khác", "it is the event of another case"),
    "other_origin": (TAMPERED, "sự kiện của hệ thống khác", "it comes from another system"),
    "time_backwards": (TAMPERED, "thời gian lùi lại", "time runs backwards"),
    "malformed": (TAMPERED, "thiếu mục, thừa mục hoặc sai kiểu", "a field is missing, too much or of the wrong type"),
    "head_ahead": (
        INCOMPLETE,
        "thiếu sự kiện cuối: hồ sơ ghi nhận nhiều hơn",
        "events at the end are missing: the case counts more",
    ),
    "head_behind": (TAMPERED, "có sự kiện sau điểm cuối của hồ sơ", "there are events after the head of the case"),
    "head_differs": (
        TAMPERED,
        "điểm cuối của hồ sơ không khớp sự kiện cuối",
        "the head of the case is not its last event",
    ),
    "case_missing": (INCOMPLETE, "có lịch sử nhưng không có hồ sơ", "there is history without its case"),
    "state_differs": (
        TAMPERED,
        "trạng thái hiện tại không theo lịch sử",
        "the present state does not follow from the history",
    ),
    "definition_altered": (TAMPERED, "quy trình đã công bố bị sửa", "the published definition was altered"),
    "definition_missing": (INCOMPLETE, "thiếu quy trình đã công bố", "the published definition is missing"),
    "definition_changed": (
        TAMPERED,
        "đổi phiên bản quy trình sau khi tiếp nhận",
        "the version of the law changed after receipt",
    ),
    "step_unknown": (TAMPERED, "quy trình không có bước này", "the definition knows no such step"),
    "source_illegal": (TAMPERED, "không đi được từ trạng thái này", "the step is not possible from this state"),
    "target_illegal": (TAMPERED, "không đến được trạng thái này", "the step does not lead to this state"),
    "role_illegal": (TAMPERED, "vai trò không được làm bước này", "the role may not take this step"),
    "confirm_illegal": (TAMPERED, "thiếu hoặc lạ lời xác nhận", "a confirmation is missing or unknown"),
    "input_missing": (TAMPERED, "thiếu nội dung bắt buộc", "a required input is missing"),
    "cosign_illegal": (TAMPERED, "bước hai người không đủ hai người", "a step for two persons was not taken by two"),
    "drafter_signed": (TAMPERED, "người soạn thảo tự ký", "the drafter signed the own draft"),
    "part_illegal": (TAMPERED, "phần việc chưa mở hoặc đã kết thúc", "the part was never opened or has ended"),
    "paper_illegal": (TAMPERED, "bước này không ra văn bản này", "the step does not make this paper"),
    "paper_not_made": (TAMPERED, "bước này phải có văn bản mà không có", "the step must make a paper and did not"),
    "template_differs": (TAMPERED, "mẫu văn bản không phải mẫu đã công bố", "the template is not the published one"),
    "paper_altered": (
        TAMPERED,
        "văn bản, tệp không khớp mã băm trong lịch sử",
        "the document or file is not the one in the history",
    ),
    "paper_unknown": (TAMPERED, "văn bản, tệp không có trong lịch sử", "the history knows no such document or file"),
    "paper_missing": (INCOMPLETE, "thiếu văn bản, tệp", "the document or file is missing"),
    "value_altered": (TAMPERED, "giá trị không khớp cam kết", "the value does not open its commitment"),
    "value_unknown": (TAMPERED, "giá trị không thuộc sự kiện nào", "the value belongs to no event"),
    "column_differs": (TAMPERED, "cột tìm kiếm không khớp nội dung sự kiện", "a search column differs from the event"),
    "views_broken": (TAMPERED, "nhật ký xem bị sửa", "the log of views was altered"),
    "earlier_differs": (TAMPERED, "khác với gói đã giữ trước đây", "it differs from the bundle kept earlier"),
    "earlier_missing": (
        TAMPERED,
        "hồ sơ hoặc sự kiện của gói cũ không còn",
        "a case or event of the earlier bundle is gone",
    ),
    "file_altered": (TAMPERED, "tệp trong gói không khớp bản kê", "a file differs from the manifest"),
    "file_missing": (INCOMPLETE, "thiếu tệp trong gói", "a file of the bundle is missing"),
    "version_unknown": (
        UNVERIFIABLE,
        "phiên bản sự kiện mới hơn trình kiểm chứng",
        "the event is newer than this verifier",
    ),
    "unreadable": (UNVERIFIABLE, "không đọc được gói", "the bundle cannot be read"),
}
LIMITS = (
    (
        "Không phát hiện được một hồ sơ đã bị xóa trọn vẹn, trừ khi so với gói giữ trước đây (--earlier).",
        "A case that was removed whole is not noticed, unless an earlier bundle is compared (--earlier).",
    ),
    (
        "Không phát hiện được lịch sử viết lại toàn bộ cùng với điểm cuối của hồ sơ, trừ khi so với gói giữ trước đây.",
        "A history rewritten together with its head is not noticed, unless an earlier bundle is compared.",
    ),
    (
        "Không tính lại các điều kiện cần giá trị đã che: chỉ kiểm tra bước, vai trò, người, văn bản và thời gian.",
        "Conditions on hidden values are not computed again: steps, roles, persons, papers and times are checked.",
    ),
    (
        "Không chứng minh được người ghi đã khai đúng sự thật khi ghi.",
        "It does not prove that what was entered was true.",
    ),
)


class Fault(NamedTuple):
    """One thing that is wrong, where; `detail` names fields and files, never a value."""

    code: str
    case: str = ""
    seq: int = 0
    detail: str = ""

    @property
    def severity(self) -> int:
        return FAULTS[self.code][0]

    def as_dict(self) -> dict[str, Any]:
        _, vi, en = FAULTS[self.code]
        return {"code": self.code, "case": self.case, "seq": self.seq, "detail": self.detail, "vi": vi, "en": en}


def keep(faults: list[Fault], fault: Fault, most: int) -> None:
    """Add a fault to a list of at most so many; the first of each exit code always stays."""
    if len(faults) < most or fault.severity not in {known.severity for known in faults}:
        faults.append(fault)


class Unreadable(Exception):
    """What was given is no bundle, or of another format."""


# ------------------------------------------------------------------------------------------------ canonical bytes
def parse(body: bytes) -> dict[str, Any] | None:
    """Return the event of canonical bytes, None when they are not the one spelling of an object."""
    try:
        text = body.decode()
        read = READER.decode(text)
        same = spelled(read) == body and isinstance(read, dict)
    except (ValueError, RecursionError):
        return None
    if not same or not (text.isascii() or (unicodedata.is_normalized("NFC", text) and _ascii_keys(read))):
        return None
    found: dict[str, Any] = read
    return found


def spelled(value: Any) -> bytes:
    """Return the canonical bytes of a value that was read from JSON (the allowed subset of RFC 8785)."""
    return WRITER.encode(value).encode()


def leaf_hash(body: bytes) -> str:
    """Return SHA-256(0x00 || body), hex (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + body).hexdigest()


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) < 18 else LARGEST_INT + 1
    if abs(number) > LARGEST_INT:
        raise ValueError("the number is too large")
    return number


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no whole number")


READER = json.JSONDecoder(parse_int=_whole, parse_float=_refuse, parse_constant=_refuse)
WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _ascii_keys(value: Any) -> bool:
    if isinstance(value, dict):
        return all(k.isascii() and _ascii_keys(v) for k, v in value.items())
    return not isinstance(value, list) or all(_ascii_keys(v) for v in value)


# --------------------------------------------------------------------------------------------------- definitions
@dataclass(frozen=True)
class Machine:
    """States and steps of a case or of a kind of part."""

    initial: str
    closed: frozenset[str]
    steps: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Machine:
        initial = next(s["code"] for s in plain["states"] if s.get("initial"))
        closed = frozenset(s["code"] for s in plain["states"] if s.get("closed"))
        return cls(initial, closed, {s["name"]: s for s in (*plain["transitions"], *plain.get("acts", ()))})


@dataclass(frozen=True)
class Definition:
    """What a published definition says about steps; built from its canonical JSON."""

    procedure: str
    machine: Machine
    parts: Mapping[str, Machine]
    papers: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, body: bytes) -> Definition:
        plain = json.loads(body)
        parts = {p["code"]: Machine.of(p["machine"]) for p in plain.get("parts", ())}
        papers = {p["code"]: p for p in plain.get("papers", ())}
        return cls(plain["procedure"], Machine.of(plain["machine"]), parts, papers)


class Definitions:
    """Published definitions by hash, each read, hashed and built once."""

    def __init__(self, body_of: Callable[[str], bytes | None]) -> None:
        self._body_of = body_of
        self._kept: dict[str, Definition | str] = {}

    def get(self, digest: str) -> Definition | str:
        """Return the definition, or the code of what is wrong with it."""
        if digest not in self._kept:
            self._kept[digest] = self._read(digest)
        return self._kept[digest]

    def _read(self, digest: str) -> Definition | str:
        body = self._body_of(digest)
        if body is None:
            return "definition_missing"
        if hashlib.sha256(body).hexdigest() != digest:
            return "definition_altered"
        try:
            return Definition.of(body)
        except (ValueError, KeyError, TypeError, StopIteration):
            return "definition_altered"


# --------------------------------------------------------------------------------------------- one case, step by step
@dataclass
class Place:
    """Where a case or one of its parts stands, as its history tells."""

    state: str
    back: str = ""  # the state to which @return leads
    ended: bool = False
    proposal: str = ""  # a step that waits for its second person
    proposers: frozenset[str] = frozenset()
    second: str = ""  # who has just said yes


class Walk:
    """The events of one case, read in order; what is wrong gathers in `faults`."""

    def __init__(self, case: str, definitions: Definitions, origin: str = "") -> None:
        self.case, self.definitions, self.origin = case, definitions, origin
        self.faults: list[Fault] = []
        self.seq, self.prev, self.at, self.digest = 0, "", "", ""
        self.received = False
        self.blind = False  # an event that cannot be read may have moved anything: what follows is only chained
        self.places: dict[str, Place] = {}
        self.opened: dict[str, float] = {}  # kind of part -> how many were opened; without end after for_each
        self.papers: dict[str, str] = {}  # document or attachment -> hash of its bytes, as last told
        self.drafters: dict[str, str] = {}  # paper -> who prepared it
        self.case_drafter = ""
        self.inputs: dict[int, dict[str, str]] = {}

    def say(self, code: str, detail: str = "", seq: int | None = None) -> None:
        fault = Fault(code, self.case, self.seq if seq is None else seq, detail)
        keep(self.faults, fault, MOST_PER_CASE)

    def read(self, recorded: str, body: bytes) -> None:
        """Read the next event: its recorded hash and its bytes."""
        event = parse(body)
        found = leaf_hash(body)
        if event is None or not well_formed(event):
            self.seq += 1
            self.say("not_canonical" if event is None else "malformed")
        elif event["v"] not in READABLE:
            self.seq += 1
            self.blind = True
            self.say("version_unknown")
        else:
            self._chain(event)
            if not self.blind:
                self._law(event)
        if found != recorded:
            self.say("hash_differs")
        self.prev = found

    def _chain(self, event: Mapping[str, Any]) -> None:
        expected, self.seq = self.seq + 1, event["seq"]
        if self.seq != expected:
            self.say("seq_broken", f"{expected}")
        if event["prev"] != self.prev:
            self.say("prev_broken")
        if event["case"] != self.case:
            self.say("other_case")
        self.origin = self.origin or event["origin"]
        if event["origin"] != self.origin:
            self.say("other_origin")
        if event["at"] < self.at:
            self.say("time_backwards")
        self.at = event["at"]
        self.inputs[self.seq] = event["inputs"]
        self.papers.update((p["document"], p["sha256"]) for p in event["papers"])
        if isinstance(event["facts"].get("attachment"), str):
            self.papers[event["facts"]["attachment"]] = event["facts"].get("sha256", "")

    # ------------------------------------------------------------------------------------------------- the law of it
    def _law(self, event: Mapping[str, Any]) -> None:
        definition = self.definitions.get(event["definition"])
        if self.received and event["definition"] != self.digest:
            self.say("definition_changed")
        self.digest = event["definition"]
        if isinstance(definition, str):
            self.say(definition, event["definition"])
            self._stand(event)
            return
        if self.seq == 1 or event["name"] == "open":
            self._opening(event, definition)
        elif event["name"] in ENGINE_ACTS and event["from"] is None and event["to"] is None:
            self._engine_act(event, definition)
        else:
            self._step(event, definition)

    def _opening(self, event: Mapping[str, Any], definition: Definition) -> None:
        if self.seq != 1 or event["name"] != "open" or event["kind"] == "transition":
            self.say("step_unknown", event["name"])
        if event["from"] is not None or event["to"] != definition.machine.initial:
            self.say("target_illegal", str(event["to"]))
        self.places[""] = Place(str(event["to"] or ""))

    def _engine_act(self, event: Mapping[str, Any], definition: Definition) -> None:
        if event["kind"] == "transition" or (event["actor"] == SYSTEM) != (event["kind"] == "system"):
            self.say("role_illegal", event["name"])
        if event["part"] and self._place(event["part"], definition) is None:
            self.say("part_illegal", event["part"])

    def _step(self, event: Mapping[str, Any], definition: Definition) -> None:
        place = self._place(event["part"] or "", definition)
        if place is None or place.ended:
            self.say("part_illegal", event["part"] or "")
            self._stand(event)
            return
        machine = definition.parts[kind_of(event["part"])] if event["part"] else definition.machine
        name, _, suffix = event["name"].partition(".")
        step = machine.steps.get(name)
        if step is None or (suffix and (suffix not in COSIGN or not step.get("cosign"))):
            self.say("step_unknown", event["name"])
            self._stand(event)
        elif suffix:
            self._cosign(event, step, place, suffix)
        else:
            self._taken(event, step, place, definition)

    def _taken(self, event: Mapping[str, Any], step: Mapping[str, Any], place: Place, definition: Definition) -> None:
        self._check_who(event, step)
        self._check_filled(event, step)
        if step.get("cosign"):
            self._check_second(event, step, place)
        self._check_papers(event, step, definition)
        self._check_drafter(event, step)
        self._move(event, step, place)
        self._aftermath(event, step, place)

    def _check_who(self, event: Mapping[str, Any], step: Mapping[str, Any]) -> None:
        system = event["actor"] == SYSTEM
        right_kind = event["kind"] == ("system" if system else step["kind"])
        recorded = bool(event["facts"].get("recorded"))
        allowed = [step.get("recorded_by")] if recorded else step["by"]
        if event["role"] not in allowed or system != (event["role"] == SYSTEM) or not right_kind:
            self.say("role_illegal", f"{event['name']} {event['role'] or ''}".strip())
        if step.get("when") == "auto" and not system:
            self.say("role_illegal", event["name"])

    def _check_filled(self, event: Mapping[str, Any], step: Mapping[str, Any]) -> None:
        for wanted in step.get("ask", ()):
            if wanted.get("required") is True and wanted["name"] not in event["inputs"]:
                self.say("input_missing", wanted["name"])
        for wanted in step.get("confirm", ()):
            if wanted["code"] not in event["confirms"]:
                self.say("confirm_illegal", wanted["code"])

    def _check_second(self, event: Mapping[str, Any], step: Mapping[str, Any], place: Place) -> None:
        agreed = event["facts"].get("agreed_by")
        if not agreed or agreed != place.second or event["actor"] not in place.proposers:
            self.say("cosign_illegal", step["name"])

    def _check_papers(self, event: Mapping[str, Any], step: Mapping[str, Any], definition: Definition) -> None:
        work = step.get("papers", {})
        made = {(p["stage"], p["paper"]) for p in event["papers"]}
        wanted = {(stage, code) for stage in ("prepare", "sign", "issue") for code in work.get(stage, ())}
        for stage, code in sorted(made - wanted):
            self.say("paper_illegal", f"{stage} {code}")
        for stage, code in sorted(wanted - made):
            if not definition.papers[code].get("applies"):
                self.say("paper_not_made", f"{stage} {code}")
        for paper in event["papers"]:
            known = definition.papers.get(paper["paper"], {}).get("template")
            if known and paper.get("template") not in (None, "", known):
                self.say("template_differs", paper["paper"])

    def _check_drafter(self, event: Mapping[str, Any], step: Mapping[str, Any]) -> None:
        """Four eyes as far as history shows it: who prepared the paper or submitted the case never signs."""
        people = set(people_of(event))
        four_eyes = any(g.get("builtin") == "four_eyes" for g in step.get("require", ()))
        prepared = {p["paper"] for p in event["papers"] if p["stage"] == "prepare"}
        for paper in event["papers"]:
            if paper["stage"] == "prepare":
                self.drafters[paper["paper"]] = event["actor"]
            elif paper["stage"] == "sign" and four_eyes:
                drafter = "" if paper["paper"] in prepared else self.drafters.get(paper["paper"], "")
                if people & ({drafter, self.case_drafter} - {""}):
                    self.say("drafter_signed", paper["paper"])

    def _move(self, event: Mapping[str, Any], step: Mapping[str, Any], place: Place) -> None:
        source, target = event["from"], event["to"]
        moves = step["kind"] == "transition"
        wanted = {RETURN: place.back}.get(step.get("to") or "", step.get("to")) if moves else place.state
        if source != place.state or (moves and source not in step["from"]):
            self.say("source_illegal", f"{event['name']}: {source}")
        if target != wanted:
            self.say("target_illegal", f"{event['name']}: {target}")
        if moves and step.get("to") != RETURN:
            place.back = place.state
        place.state = str(target or "")
        if moves or step.get("cosign"):  # also an act by two persons answers its proposal
            place.proposal, place.proposers, place.second = "", frozenset(), ""

    def _aftermath(self, event: Mapping[str, Any], step: Mapping[str, Any], place: Place) -> None:
        for kind in step.get("close", ()):
            for key, part in self.places.items():
                part.ended = part.ended or (kind_of(key) == kind and not self._closed(kind, part.state))
        for opening in step.get("open", ()):
            many = float("inf") if opening.get("for_each") else 1
            self.opened[opening["part"]] = self.opened.get(opening["part"], 0) + many
        if step["kind"] == "transition" and event["role"] == "specialist":
            self.case_drafter = event["acting_for"] or event["actor"]
        written = step.get("set", {}) if place is self.places.get("") else {}
        self.received = "attempt" not in written and (self.received or "received_on" in written)
        if "attempt" in written:
            self.case_drafter, self.drafters = "", {}
        place.second = ""

    def _closed(self, kind: str, state: str) -> bool:
        definition = self.definitions.get(self.digest)
        return isinstance(definition, Definition) and state in definition.parts[kind].closed

    def _cosign(self, event: Mapping[str, Any], step: Mapping[str, Any], place: Place, suffix: str) -> None:
        people = set(people_of(event))
        first = suffix in ("proposed", "taken_back")
        role_fits = event["role"] in (step["by"] if first else [step["cosign"]])
        waits = place.proposal == step["name"]
        fits = {
            "proposed": not place.proposal and event["from"] == event["to"] == place.state,
            "agreed": waits and not people & place.proposers,
            "declined": waits and not people & place.proposers,
            "taken_back": waits and event["actor"] in place.proposers,
        }[suffix]
        if event["kind"] != "act" or not role_fits or not fits:
            self.say("cosign_illegal", event["name"])
        place.second = event["actor"] if suffix == "agreed" else ""
        if suffix == "proposed":
            self._check_filled(event, step)
            place.proposal, place.proposers = step["name"], frozenset(people)
        elif suffix != "agreed":
            place.proposal, place.proposers = "", frozenset()

    def _place(self, key: str, definition: Definition) -> Place | None:
        """Return where the case (key empty) or a part stands; None for a part that no step has opened."""
        if key and key not in self.places:
            kind, number = kind_of(key), key.rpartition("-")[2]
            if kind in definition.parts and number.isdigit() and 0 < int(number) <= self.opened.get(kind, 0):
                self.places[key] = Place(definition.parts[kind].initial)
        return self.places.get(key)

    def _stand(self, event: Mapping[str, Any]) -> None:
        """Believe an event that cannot be judged, so that one fault does not make a hundred."""
        if event["to"] is not None:
            self.places.setdefault(event["part"] or "", Place("")).state = event["to"]


def kind_of(key: str) -> str:
    """Return the kind of part that a part's key names: opinion of opinion-3."""
    return key.rpartition("-")[0]


def people_of(event: Mapping[str, Any]) -> Iterator[str]:
    """Yield everybody whose act an event is: who acted, for whom, who is recorded, who agreed."""
    named = (event["actor"], event["acting_for"], event["recorded_for"], event["facts"].get("agreed_by"))
    return (person for person in named if person and person != SYSTEM)


def well_formed(event: Mapping[str, Any]) -> bool:
    """Whether an event has exactly the fields of its version, each of its type."""
    if event.get("v") not in READABLE:
        return type(event.get("v")) is int
    if event.keys() != BODY.keys():
        return False
    for name, kinds in BODY.items():
        if type(event[name]) not in kinds:
            return False
    return (
        event["kind"] in ("transition", "act", "system")
        and MOMENT.fullmatch(event["at"]) is not None
        and set(map(type, event["inputs"].values())) <= {str}
        and set(map(type, event["confirms"])) <= {str}
        and (not event["papers"] or all(map(_paper_formed, event["papers"])))
    )


def _paper_formed(paper: Any) -> bool:
    wanted = ("paper", "stage", "document", "sha256")
    return isinstance(paper, dict) and all(isinstance(paper.get(name), str) for name in wanted)


# ------------------------------------------------------------------------------------------------------- many cases
Record = Mapping[str, Any]  # of a case: case, head_seq, head_hash, state, parts {key: state}
Heads = Mapping[str, tuple[int, str]]  # what an earlier bundle knew: case -> (seq, hash)


@dataclass
class Report:
    """What was checked and what was found."""

    cases: int = 0
    events: int = 0
    documents: int = 0
    documents_without_bytes: int = 0
    values: int = 0
    views: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    def add(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.fault_count += 1
            keep(self.faults, fault, MOST_FAULTS)

    @property
    def exit_code(self) -> int:
        found = {f.severity for f in self.faults}
        return next((code for code in (TAMPERED, INCOMPLETE, UNVERIFIABLE) if code in found), OK)

    def as_dict(self) -> dict[str, Any]:
        counted = ("cases", "events", "documents", "documents_without_bytes", "values", "views")
        return {
            "verdict": VERDICTS[self.exit_code][0],
            "exit_code": self.exit_code,
            "checked": {name: getattr(self, name) for name in counted},
            "fault_count": self.fault_count,
            "faults": [fault.as_dict() for fault in self.faults],
            "limits": [{"vi": vi, "en": en} for vi, en in LIMITS],
        }


VERDICTS = {
    OK: ("ok", "KHỚP", "OK"),
    TAMPERED: ("tampered", "ĐÃ BỊ SỬA", "TAMPERED"),
    INCOMPLETE: ("incomplete", "THIẾU", "INCOMPLETE"),
    UNVERIFIABLE: ("cannot_verify", "KHÔNG KIỂM CHỨNG ĐƯỢC", "CANNOT VERIFY"),
}


class Verifier:
    """Checks case after case against the definitions given; remembers nothing of a case but its faults."""

    def __init__(self, definitions: Definitions, *, origin: str = "", earlier: Heads | None = None) -> None:
        self.definitions, self.origin, self.earlier = definitions, origin, dict(earlier or {})
        self.report = Report()

    def case(
        self,
        record: Record | None,
        case: str,
        events: Iterable[tuple[str, bytes]],
        documents: Iterable[Record] = (),
        values: Mapping[int, Record] | None = None,
        views: Iterable[Record] = (),
    ) -> list[Fault]:
        """Check one case and return what is wrong with it; `record` None: history without a case."""
        walk = Walk(case, self.definitions, self.origin)
        known = self.earlier.pop(case, (0, ""))
        for recorded, body in events:
            walk.read(recorded, body)
            self.report.events += 1
            if walk.seq == known[0] and walk.prev != known[1]:
                walk.say("earlier_differs")
        self.origin = self.origin or walk.origin
        if walk.seq < known[0]:
            walk.say("earlier_missing", seq=known[0])
        _check_head(walk, record)
        if not walk.blind:
            cut = record is not None and record["head_seq"] > walk.seq
            self._documents(walk, documents, cut=cut)
            self._values(walk, values or {}, cut=cut)
        self._views(walk, views)
        self.report.cases += 1
        self.report.add(walk.faults)
        return walk.faults

    def finish(self, *, whole: bool) -> Report:
        """Return the report; `whole`: every case was given, so one that only the earlier bundle knows is gone."""
        if whole:
            self.report.add(Fault("earlier_missing", case, seq) for case, (seq, _) in self.earlier.items())
        return self.report

    def _documents(self, walk: Walk, documents: Iterable[Record], *, cut: bool) -> None:
        """`cut`: events are missing at the end, and what nobody knows may stand in them."""
        told = dict(walk.papers)
        for document in documents:
            self.report.documents += 1
            wanted = told.pop(document["document"], None)
            if wanted is None and cut:
                pass
            elif wanted is None:
                walk.say("paper_unknown", document["document"])
            elif document["sha256"] != wanted or document.get("found", wanted) not in (wanted, None):
                walk.say("paper_altered", document["document"])
            elif wanted and document.get("found", wanted) is None:  # a classified paper has number and day alone
                walk.say("paper_missing", document["document"])
            self.report.documents_without_bytes += "found" not in document
        for missing in told:
            walk.say("paper_missing", missing)

    def _values(self, walk: Walk, values: Mapping[int, Record], *, cut: bool) -> None:
        for seq, kept in values.items():
            if cut and seq > walk.seq:
                continue
            committed = walk.inputs.get(seq, {})
            for name, value in kept.items():
                self.report.values += 1
                if name not in committed:
                    walk.say("value_unknown", name, seq)
                elif not opens(committed[name], value):
                    walk.say("value_altered", name, seq)

    def _views(self, walk: Walk, views: Iterable[Record]) -> None:
        prev = ""
        for view in views:
            self.report.views += 1
            body = {name: view.get(name) for name in ("case", "person", "what", "purpose", "at", "prev")}
            linked = view["prev"] == prev and view["case"] == walk.case
            if not linked or leaf_hash(spelled(body)) != view["hash"]:
                walk.say("views_broken", str(view["at"]))
            prev = view["hash"]


def opens(commitment: str, value: Any) -> bool:
    """Whether a salt and a value open a commitment: SHA-256(salt || canonical value)."""
    try:
        salt = bytes.fromhex(value["salt"])
        return hashlib.sha256(salt + spelled(value["value"])).hexdigest() == commitment
    except (KeyError, TypeError, ValueError):
        return False


def _check_head(walk: Walk, record: Record | None) -> None:
    if record is None:
        walk.say("case_missing")
        return
    if record["head_seq"] != walk.seq:
        ahead = record["head_seq"] > walk.seq
        walk.say("head_ahead" if ahead else "head_behind", seq=record["head_seq"])
    elif record["head_hash"] != walk.prev:
        walk.say("head_differs")
    elif walk.digest and not walk.blind and not isinstance(walk.definitions.get(walk.digest), str):
        _check_states(walk, record)


def _check_states(walk: Walk, record: Record) -> None:
    case = walk.places.get("")
    if case is None or record["state"] != case.state or (walk.received and record["definition"] != walk.digest):
        walk.say("state_differs", "case")
    definition = walk.definitions.get(walk.digest)
    for key, state in sorted(record["parts"].items()):
        place = walk._place(key, definition) if isinstance(definition, Definition) else None
        if place is None:
            walk.say("part_illegal", key)
        elif place.state != state:
            walk.say("state_differs", key)
    for key in sorted(set(walk.places) - set(record["parts"]) - {""}):
        walk.say("state_differs", key)


# ------------------------------------------------------------------------------------------------------- the bundle
class Bundle:
    """A bundle as it lies on disk. Raises Unreadable when it is none."""

    def __init__(self, path: Path) -> None:
        try:
            self.zip = zipfile.ZipFile(path)
            self.manifest = json.loads(self.zip.read("MANIFEST.json"))
            self.files: dict[str, dict[str, Any]] = self.manifest["files"]
            self.whole = self.manifest["scope"] == "all"
        except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as fault:
            raise Unreadable(str(fault)) from fault
        if self.manifest.get("format") != FORMAT:
            raise Unreadable(f"{self.manifest.get('format')}, {FORMAT}?")
        self.present = set(self.zip.namelist())

    def faults(self) -> Iterator[Fault]:
        """Yield what is missing or differs from the manifest."""
        for name in sorted(self.files):
            if name not in self.present:
                yield Fault("file_missing", detail=name)
            elif self._hash(name) != self.files[name]["sha256"]:
                yield Fault("file_altered", detail=name)

    def _hash(self, name: str) -> str:
        digest = hashlib.sha256()
        with self.zip.open(name) as file:
            for chunk in iter(lambda: file.read(1 << 20), b""):
                digest.update(chunk)
        return digest.hexdigest()

    def definition(self, digest: str) -> bytes | None:
        name = f"definitions/{digest}.json"
        return self.zip.read(name) if name in self.present else None

    def lines(self, name: str) -> Iterator[bytes]:
        if name in self.present:
            with self.zip.open(name) as file:
                yield from (line.rstrip(b"\n") for line in file)

    def cases(self) -> Iterator[tuple[str, Any]]:
        return ((row["case"], row) for row in map(json.loads, self.lines("cases.jsonl")))

    def events(self) -> Iterator[tuple[str, Any]]:
        """Yield (case, (hash, body)): a line of events.txt is the case, the recorded hash and the body as stored."""
        for line in self.lines("events.txt"):
            case, recorded, body = line.split(b" ", 2)
            yield case.decode(), (recorded.decode(), body)

    def documents(self) -> Iterator[tuple[str, Any]]:
        for row in map(json.loads, self.lines("documents.jsonl")):
            name = f"documents/{row['file']}" if row["file"] else ""
            found = {} if not name else {"found": self._hash(name) if name in self.present else None}
            yield row["case"], {**row, **found}

    def values(self) -> Iterator[tuple[str, Any]]:
        return ((row["case"], (row["seq"], row["values"])) for row in map(json.loads, self.lines("values.jsonl")))

    def views(self) -> Iterator[tuple[str, Any]]:
        return ((row["case"], row) for row in map(json.loads, self.lines("views.jsonl")))

    def heads(self) -> dict[str, tuple[int, str]]:
        return {case: (row["head_seq"], row["head_hash"]) for case, row in self.cases()}


Row = tuple[str, Any]


def aligned(*streams: Iterator[Row]) -> Iterator[tuple[str, list[list[Any]]]]:
    """Walk streams of (case, item), each in the order of cases, side by side: (case, the items of each stream)."""
    heads = [next(s, None) for s in streams]
    while any(heads):
        case = min(head[0] for head in heads if head)
        found: list[list[Any]] = [[] for _ in streams]
        for at, stream in enumerate(streams):
            head = heads[at]
            while head is not None and head[0] == case:
                found[at].append(head[1])
                head = next(stream, None)
            heads[at] = head
        yield case, found


def verify_bundle(path: Path, *, origin: str = "", earlier: Path | None = None) -> Report:
    """Check a bundle, in the memory of one case at a time."""
    try:
        bundle = Bundle(path)
        heads = Bundle(earlier).heads() if earlier else {}
        verifier = Verifier(Definitions(bundle.definition), origin=origin, earlier=heads)
        verifier.report.add(bundle.faults())
        streams = (bundle.cases(), bundle.events(), bundle.documents(), bundle.values(), bundle.views())
        for case, (records, events, documents, values, views) in aligned(*streams):
            verifier.case(records[0] if records else None, case, events, documents, dict(values), views)
        return verifier.finish(whole=bundle.whole)
    except (Unreadable, ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile, EOFError) as fault:
        report = Report()
        report.add([Fault("unreadable", detail=f"{type(fault).__name__}: {fault}"[:200])])
        return report


def told(report: Report) -> str:
    """Return the report for people: Vietnamese, then English."""
    lines: list[str] = []
    for at, (cases, events, papers, nothing, more, limits) in enumerate(
        (
            ("hồ sơ", "sự kiện", "văn bản", "không kèm tệp", "lỗi nữa", "Không chứng minh được:"),
            ("cases", "events", "documents", "without their file", "more", "What this does not show:"),
        )
    ):
        lines.append(VERDICTS[report.exit_code][at + 1])
        lines.append(
            f"{report.cases} {cases}, {report.events} {events}, {report.documents} {papers} "
            f"({report.documents_without_bytes} {nothing})"
        )
        for fault in report.faults:
            where = " ".join(str(w) for w in (fault.case, fault.seq or "", fault.detail) if w)
            lines.append(f"  [{fault.code}] {where}: {FAULTS[fault.code][at + 1]}")
        if report.fault_count > len(report.faults):
            lines.append(f"  … {report.fault_count - len(report.faults)} {more}")
        lines += [limits, *(f"  - {limit[at]}" for limit in LIMITS), ""]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="Kiểm chứng gói lịch sử hồ sơ / verify a bundle of history")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--origin", default="", help="tên hệ thống phải đúng / the origin that every event must name")
    parser.add_argument("--earlier", type=Path, help="gói đã giữ trước đây / a bundle kept earlier")
    asked = parser.parse_args(arguments)
    report = verify_bundle(asked.bundle, origin=asked.origin, earlier=asked.earlier)
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a console of another encoding
    sys.stdout.write((json.dumps(report.as_dict(), ensure_ascii=False) if asked.json else told(report)) + "\n")
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
