"""What may be done next with a case of the consular desk, by its state and that of its parts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from cases.models import Case, Part
from tests.cases.consular.month import ways
from tests.cases.consular.month.people import AGREES, Move
from tests.cases.consular.month.view import View, rare

OPEN_ROUTES = ("cnls", "hphls", "apostille_referral", "refuse_guide")
ALONE = ("refused", "withdrawn", "unprocessed")  # papers whose original may go back before the others
OVER = ("issued", "partly_refused", "refused", "stopped", "not_accepted", "revoked")
TWICE = {  # steps that are there once for papers on paper and once for electronic ones
    *("match", "match_seal_only", "match_signature_only", "sign", "register"),
    *("match_electronic", "sign_electronic", "register_electronic"),
    *("sign_again", "register_again", "redo_electronic", "return_electronic_draft"),
    *("sign_electronic_again", "register_electronic_again"),
}


def moves(view: View) -> list[Move]:
    """Return what may be done; where a second person is awaited, that yes and what belongs to other parts."""
    records: list[Case | Part] = [view.case, *view.parts]
    asked = [m for record in records if record.proposal is not None for m in _yes(record)]
    found = [*asked, *_of_case(view)]
    for part in view.parts:
        if part.proposal is None and not part.ended:
            found += KINDS.get(part.kind, lambda *_: iter(()))(view, part)
    return found


def _yes(record: Case | Part) -> Iterator[Move]:
    second = AGREES.get(record.proposal["name"], "van") if record.proposal else ""
    part = record.key if isinstance(record, Part) else ""
    yield Move("agree", part, second, weight=9)
    yield Move("decline", part, second, {"reason": "Xem lại căn cứ trước khi đồng ý."}, weight=0.5)


def _of_case(view: View) -> Iterator[Move]:
    if view.case.proposal is None:
        yield from CASES.get(view.case.state, lambda _: iter(()))(view)
        yield from ways.apologies(view)
    if view.case.attributes.get("fee_paid") and view.case.proposal is None:
        paid, gone = (view.case.attributes.get(name, 0) for name in ("paid_minor", "refunded_minor"))
        some = {"refund_ground": "office_error", "refund_minor": max(1000, (paid - gone) // 2)}
        yield Move("refund_fee", given=some, weight=0.04)
        yield Move("refund_fee", given={**some, "refund_minor": paid + 1}, weight=0.02)


def _draft(view: View) -> Iterator[Move]:
    yield Move("submit", weight=9)


def _submitted(view: View) -> Iterator[Move]:
    rows = view.case.dossier["papers"]
    open_rows = [row["row_no"] for row in rows if row.get("route") == "officer_check"]
    for number in open_rows:
        for route in OPEN_ROUTES:
            yield Move("settle_route", given={"row": number, "settled_route": route})
    if not open_rows and any(not row.get("counts") and not row.get("handed_back") for row in rows):
        yield Move("hand_back_papers", weight=4)
    yield from _fee(view, rare(not open_rows and not any(p.state == "expected" for p in view.of("original"))))
    yield Move("await_originals", weight=rare(view.case.dossier["channel"] == "truc_tuyen"))
    yield Move("request_supplement_intake", weight=0.4)
    yield from _given_up(view)


def _fee(view: View, likely: float) -> Iterator[Move]:
    electronic = any(row["form"] == "ban_dien_tu_ky_so" for row in view.case.dossier["papers"])
    checked = {"dossier": {"file_signature_check": "hop_le"}} if electronic else {}
    costs = (view.case.dossier.get("fee_due") or {}).get("minor", 0) > 0
    counts = bool(view.case.dossier.get("paper_count"))
    yield Move("ask_fee", given=checked, weight=4 * likely * rare(costs))
    yield Move("receive", given=checked, weight=likely * rare(counts and not costs))
    if not counts:
        yield Move("refuse_intake", weight=2)


def _given_up(view: View) -> Iterator[Move]:
    yield Move("withdraw_before_receipt", weight=0 if view.forgets else 0.1)
    if view.mode == "none":
        yield Move("mode_ended_stop", weight=6)


def _fee_due(view: View) -> Iterator[Move]:
    asked = view.case.attributes["fee_asked"]
    yield Move("pay", given={"paid_minor": asked}, weight=4)
    yield Move("pay", given={"paid_minor": asked + 10_000}, weight=0.4)
    yield from _given_up(view)


def _assigned(view: View) -> Iterator[Move]:
    waiting = [p.fields["row_no"] for p in view.of("paper") if p.state == "to_ship"]
    packed = [row for s in view.of("shipment") if s.state == "packing" for row in s.fields["rows"]]
    if waiting:
        yield Move("open_shipment", given={"rows": waiting}, weight=4 * rare(not set(packed) & set(waiting)))
    yield Move("nothing_left", weight=rare(all(p.closed for p in view.of("paper"))))
    yield Move("request_withdraw", weight=0.05)
    yield Move("request_supplement", weight=0.15)


def _withdraw_requested(view: View) -> Iterator[Move]:
    yield Move("accept_withdraw", weight=2)
    yield Move("decline_withdraw")


def _decided(view: View) -> Iterator[Move]:
    yield Move("return_result", weight=4 * rare(all(p.closed for p in view.of("original"))))
    done = [p.fields["row_no"] for p in view.of("paper") if p.state == "done"]
    if done:
        cause = "co_quan" if len(done) % 2 else "nguoi_nop"
        yield Move("open_correction", given={"rows": done[:1], "error_cause": cause}, weight=0.25)
        yield Move("propose_revocation", weight=0.15)


def _supplement_intake(view: View) -> Iterator[Move]:
    yield from ways.at_intake(view)
    yield from _given_up(view)


def _returned(view: View) -> Iterator[Move]:
    later = (move for move in _decided(view) if move.step in ("open_correction", "propose_revocation"))
    yield from (dataclasses.replace(move, weight=move.weight / 4) for move in later)
    yield from ways.reopened(view)


def _correcting(view: View) -> Iterator[Move]:
    waiting = [p.fields["row_key"] for p in view.of("correction") if p.state == "to_ship"]
    if waiting:
        yield Move("open_shipment", given={"rows": waiting}, weight=4)
    yield Move("drop_correction", weight=rare(all(p.state == "dropped" for p in view.of("correction"))))


def _original(view: View, part: Part) -> Iterator[Move]:
    if part.state == "expected":
        yield Move("record_original", part.key, weight=4)
        yield Move("waive_original", part.key, weight=0.03)
    elif part.state == "held":
        yield from _held(view, part)
    elif part.state == "sent":
        yield Move("record_back", part.key, weight=0.5)
        yield Move("report_lost", part.key, weight=0.02)
    elif part.state == "lost":
        yield Move("found_again", part.key)
        yield Move("sign_loss", part.key)
        yield Move("settle_loss", part.key)


def _held(view: View, part: Part) -> Iterator[Move]:
    yield Move("move_original", part.key, weight=0.05)
    yield Move("report_lost", part.key, weight=0.02)
    paper = view.paper_of(part)
    if paper is not None and paper.state == "forged":
        yield Move("keep_evidence", part.key, weight=6)
    else:
        over = view.case.state in OVER
        alone = (paper is not None and paper.state in ALONE) or bool(view.row(part).get("handed_back"))
        yield Move("hand_back", part.key, weight=3 * rare(over or alone))
        yield Move("post_back", part.key, weight=rare(over and view.case.dossier["return_method"] == "buu_chinh"))


def _paper(view: View, part: Part) -> Iterator[Move]:
    ways = PAPER.get(part.state, ())
    if view.frozen == "full" and view.mode != "full" and part.state in ("waiting", "comparing", "awaiting_signature"):
        yield Move("mode_ended_ship", part.key, weight=6)
    electronic = view.row(part)["form"] == "ban_dien_tu_ky_so"
    for step, usually in ways:
        fits = step not in TWICE or ("electronic" in step) == electronic
        weight = usually * rare(fits)
        given = {"specimen": _specimen(view.row(part))} if step.startswith("match") and "elec" not in step else {}
        if step == "record_answer":
            for said, often in (("dung", 1.0), ("gia_mao", 0.3), ("sai_tham_quyen", 0.1)):
                yield Move(step, part.key, given={"answer": said}, weight=weight * often)
        elif step == "record_result":
            yield from _result(part, weight)
        else:
            yield Move(step, part.key, given=given, weight=weight)
    if part.state == "awaiting_signature":
        yield from _stamp(view, part)


def _result(part: Part, weight: float) -> Iterator[Move]:
    yield Move("record_result", part.key, weight=weight)
    refused = {"result": "tu_choi", "authority_stamp_no": None, "authority_register_no": None}
    yield Move("record_result", part.key, given=refused, weight=weight * 0.2)


def _specimen(row: dict[str, Any]) -> str:
    by_body = {"Ủy ban nhân dân phường Bến Lam": "ubnd-ben-lam-cuc", "Bộ Giáo dục Lào": "dsq-lao"}
    return by_body.get(row["issuing_org"], "so-cong-thuong")


def _stamp(view: View, part: Part) -> Iterator[Move]:
    bound = part.fields.get("stamp_no")
    over = view.mode != "full" or view.case.state == "withdraw_requested"
    if bound:
        yield Move("unbind_stamp", part.key, weight=6 if over else 0.1)
        yield Move("spoil", stamp=bound, weight=0.2)
        yield Move("replace_spoilt_stamp", part.key, weight=0.5)
    elif view.free:
        yield Move("bind_stamp", part.key, given={"stamp_no": view.free[0]}, weight=3)
        yield Move("bind_stamp", part.key, given={"stamp_no": view.free[-1]}, weight=0.3)


def _shipment(view: View, part: Part) -> Iterator[Move]:
    rows = part.fields["rows"]
    away = any(o.state == "sent" and o.fields["row_no"] in rows for o in view.of("original"))
    recalled = view.case.state == "withdraw_requested" or any(p.state == "recalling" for p in view.of("paper"))
    may = {"shipment_back": not away, "draft_recall": recalled}
    for step, weight in SHIPMENT.get(part.state, ()):
        yield Move(step, part.key, weight=weight * rare(may.get(step, True)))


def _old_stamp(view: View, part: Part) -> str | None:
    """Return the stamp that a paper carries: that of its last correction, else its first."""
    same = [c for c in view.of("correction") if c.state == "done" and c.fields["row_key"] == part.fields["row_key"]]
    last = [c.fields["stamp_no"] for c in same if c.fields.get("stamp_no")][-1:]
    paper = view.paper_of(part)
    return last[0] if last else paper.fields.get("stamp_no") if paper is not None else None


def _correction(view: View, part: Part) -> Iterator[Move]:
    electronic = view.row(part)["form"] == "ban_dien_tu_ky_so"
    receipt = {"new_fee_receipt": "BL-000999"} if part.fields["error_cause"] == "nguoi_nop" else {}
    for step, weight in CORRECTION.get(part.state, ()):
        fits = step not in TWICE or ("electronic" in step) == electronic
        yield Move(step, part.key, given=receipt if step == "redo_electronic" else {}, weight=weight * rare(fits))
    old = _old_stamp(view, part)
    if part.state == "in_correction" and view.mode == "full" and old and view.free:
        yield Move("cancel_used", given={"replaced_by": view.free[0]}, stamp=old, weight=3)
        yield Move("restamp", part.key, given={"old_stamp_no": old, "stamp_no": view.free[0], **receipt}, weight=3)
    elif part.state == "awaiting_signature" and view.mode != "full" and not electronic:
        reason = {"reason": "Thẩm quyền đã chấm dứt nên trả số tem.", "confirm": ["not_affixed"]}
        yield Move("unbind_stamp", part.key, "nga", reason, weight=6)


CASES = {
    "draft": _draft, "submitted": _submitted, "awaiting_originals": _given_up, "fee_due": _fee_due,
    "received": lambda _: iter([Move("assign", weight=6), Move("request_withdraw", weight=0.05)]),
    "assigned": _assigned, "withdraw_requested": _withdraw_requested, "issued": _decided, "partly_refused": _decided,
    "refused": _decided, "returned": _returned, "correcting_result": _correcting,
    "supplement_intake": _supplement_intake, "supplement_processing": ways.in_work, "stopped": ways.reopened,
    "revoking": ways.revoking, "revocation_signed": lambda _: iter([Move("issue_revocation")]),
}  # fmt: skip
KINDS = {
    "paper": _paper, "original": _original, "shipment": _shipment, "correction": _correction,
    "supplement": ways.supplement,
}  # fmt: skip
PAPER: dict[str, tuple[tuple[str, float], ...]] = {
    "comparing": (("match", 4), ("match_electronic", 3), ("match_seal_only", 0.3), ("match_signature_only", 0.3),
                  ("ask_verification", 0.8), ("propose_refusal", 0.4), ("withdraw_paper", 0.1)),
    "awaiting_signature": (("sign", 3), ("sign_electronic", 3), ("sign_return", 0.2)),
    "stamped": (("register", 4), ("register_electronic", 3)),
    "verify_drafted": (("sign_verification", 4), ("return_verification", 0.4)),
    "verify_signed": (("send_verification", 4),),
    "verifying": (("record_answer", 0.4), ("withdraw_paper", 0.05)),
    "verify_late": (("sign_reminder", 2), ("send_reminder", 2), ("record_answer", 1), ("propose_refusal", 0.5)),
    "answered": (("verified", 3), ("propose_forged", 3)),
    "forgery_proposed": (("sign_forgery", 3), ("return_forgery", 0.3)),
    "forgery_signed": (("issue_forgery", 4),),
    "refusal_proposed": (("refuse_paper", 3), ("decline_refusal", 0.6)),
    "to_ship": (("withdraw_paper", 0.05),),
    "with_authority": (("record_result", 0.7), ("record_authority_question", 0.1), ("recall_paper", 0.05)),
    "authority_asks": (("addition_in", 0.6), ("recall_paper", 0.1)),
    "recalling": (("recalled", 1), ("recall_declined", 0.3)),
    "result_check": (("result_ok", 3), ("pass_on_refusal", 3), ("result_wrong", 0.2)),
}  # fmt: skip
SHIPMENT: dict[str, tuple[tuple[str, float], ...]] = {
    "packing": (("ship", 4), ("cancel_shipment", 0.2)),
    "in_post": (("delivered", 2), ("draft_recall", 0.3)),
    "at_authority": (("shipment_back", 2), ("draft_recall", 1)),
    "recall_drafted": (("sign_recall", 3),),
    "recall_signed": (("send_recall", 3),),
    "recall_sent": (("shipment_back", 2), ("recall_partly_kept", 0.3)),
}
CORRECTION: dict[str, tuple[tuple[str, float], ...]] = {
    "open": (("draft_minutes", 4), ("drop_correction", 0.3)),
    "minutes_drafted": (("sign_minutes", 4), ("drop_correction", 0.3)),
    "minutes_signed": (("issue_minutes", 4),),
    "in_correction": (("redo_electronic", 2), ("resend", 1), ("drop_correction", 0.05)),
    "awaiting_signature": (("sign_again", 3), ("sign_electronic_again", 3), ("return_electronic_draft", 0.3)),
    "stamped": (("register_again", 4), ("register_electronic_again", 4)),
    "with_authority": (("corrected_back", 1),),
}
