"""A small, sound procedure to change and break: one case machine, opinions as parts, one decision of ours."""

from __future__ import annotations

import copy
from typing import Any

from workflows.definition import Procedure

FACTS: dict[str, Any] = {
    "case": {
        "code": "text",
        "state": "text",
        "clock": "text",
        "signed": "bool",
        "closed": "bool",
        "received_on": "day",
        "due_on": "day",
        "attempt": "int",
        "result_kind": "text",
        "assignee": "person",
    },
    "actor": {"id": "text", "roles": "list(text)", "is_applicant": "bool"},
    "office": {"modes": "map(text)"},
    "part": {"key": "text", "state": "text", "closed": "bool", "stale": "bool", "opened_on": "day"},
    "paper": {"draft": "bool", "signed": "bool", "issued": "bool", "stale": "bool"},
    "link": {"code": "text", "state": "text", "closed": "bool"},
    "attachment": {"present": "bool", "count": "int"},
    "period": {"from_day": "day", "to_day": "day"},
}


def both(text: str) -> dict[str, str]:
    return {"vi": text, "en": text}


def rule(code: str, cel: str) -> dict[str, Any]:
    return {"code": code, "cel": cel, **both(code)}


def step(name: str, sources: list[str], target: str, by: list[str], **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "transition",
        "from": sources,
        "to": target,
        "by": by,
        "src": "D",
        **both(name),
        **more,
    }


def state(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "public": None, "clock": "run", **both(code), **more}


def field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **both(name), **more}


ENOUGH = "parts.opinion.all(p, p.closed)"

SAMPLE: dict[str, Any] = {
    "procedure": "permit",
    "version": "v1",
    "folder": "v1",
    "effective": {"from": "2026-01-01"},
    **both("Permit"),
    "facts": FACTS,
    "roles": {
        r: both(r)
        for r in ("applicant", "intake", "specialist", "dept_leader", "clerk", "consultee", "auditor", "system")
    },
    "notices": {"received": both("received"), "result_ready": both("ready")},
    "offices": {"agency": both("agency")},
    "config": {"max_rounds": 1, "reply": {"n": 3, "u": "WD"}},
    "terms": [{"code": "usual", "n": 10, "u": "WD"}],
    "fields": [
        field("purpose", "enum(visit, study)", required=True),
        field("start_on", "date", required=True, validate=[rule("later", "value > now_day")]),
        field("host", "text"),
        field("amount", "money"),
        field(
            "members",
            "table",
            required=True,
            columns=[
                field("name", "text", required=True),
                field("nights", "int"),
                field("cost", "int", computed="this.nights * 2"),
            ],
        ),
        field("nights", "int", computed="sum(dossier.members.map(m, m.nights))"),
    ],
    "attachments": [{"code": "passport", **both("passport"), "required": "dossier.purpose == 'study'"}],
    "papers": [
        {
            "code": "receipt",
            **both("receipt"),
            "family": "form",
            "issuer": "agency",
            "signer": "system",
            "origin": "slip",
            "merge": ["purpose"],
        },
        {
            "code": "decision",
            **both("decision"),
            "family": "nd30",
            "issuer": "agency",
            "signer": "dept_leader",
            "origin": "ours",
            "series": "automatic",
            "series_key": "decision",
            "merge": ["purpose", "review_note"],
        },
    ],
    "machine": {
        "states": [
            state("draft", initial=True, clock="off"),
            state("received", public=2),
            state("review", public=4),
            state("signed", public=4),
            state("issued", public=9, clock="stop", closed=True, terminal=True),
            state("withdrawn", public=8, clock="stop", closed=True, terminal=True),
        ],
        "transitions": [
            step(
                "submit",
                ["draft"],
                "received",
                ["applicant"],
                papers={"issue": ["receipt"]},
                notify=[{"to": ["applicant"], "notice": "received"}],
                set={"received_on": "now_day"},
                open=[{"part": "opinion", "for_each": "['police', 'finance']", "set": {"agency": "item"}}],
            ),
            step(
                "review",
                ["received"],
                "review",
                ["specialist"],
                ask=[field("review_note", "text", required=True)],
                require=[rule("enough", ENOUGH)],
                within={"n": 4, "u": "WD"},
                papers={"prepare": ["decision"]},
            ),
            step("send_back", ["review"], "@return", ["dept_leader"], within={"share": 0.1}),
            step(
                "sign",
                ["review"],
                "signed",
                ["dept_leader"],
                within={"n": 2, "u": "WD"},
                papers={"sign": ["decision"]},
                require=[rule("wanted", "dossier.purpose in ['visit', 'study'] || dossier.host != null")],
                set={"result_kind": "'chap_thuan'"},
            ),
            step(
                "issue",
                ["signed"],
                "issued",
                ["clerk"],
                within={"n": 1, "u": "WD"},
                papers={"issue": ["decision"]},
                notify=[{"to": ["applicant"], "notice": "result_ready"}],
            ),
            step("withdraw", ["received", "review"], "withdrawn", ["applicant"], close=["opinion"]),
        ],
        "acts": [{"name": "note", "kind": "act", "by": ["specialist"], "allowed_when": "!case.closed", **both("note")}],
    },
    "parts": [
        {
            "code": "opinion",
            **both("opinion"),
            "clock": "out",
            "fields": [field("agency", "text"), field("verdict", "enum(agree, object)")],
            "machine": {
                "states": [state("asked", initial=True), state("answered", closed=True, terminal=True)],
                "transitions": [
                    step(
                        "answer",
                        ["asked"],
                        "answered",
                        ["consultee"],
                        recorded_by="specialist",
                        ask=[field("verdict", "enum(agree, object)", required=True)],
                        set={"verdict": "ask.verdict"},
                    ),
                    step(
                        "time_out",
                        ["asked"],
                        "answered",
                        ["system"],
                        when="timer",
                        timer={"after": {"n": 3, "u": "WD"}, "of": "part.opened_on"},
                    ),
                ],
            },
        }
    ],
    "golden_paths": [{"code": "golden", "path": ["submit", "opinion.answer", "review", "sign", "issue"]}],
}


def sample() -> dict[str, Any]:
    """Return a copy of the sample to change."""
    return copy.deepcopy(SAMPLE)


def procedure(changed: dict[str, Any] | None = None) -> Procedure:
    """Return the procedure of the sample, or of a changed copy."""
    return Procedure.model_validate(changed or SAMPLE)


def transition(changed: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a transition of the case machine of a copy, to change."""
    found: dict[str, Any] = next(t for t in changed["machine"]["transitions"] if t["name"] == name)
    return found
