"""The log of views: who looked at a sensitive value or file of a case, what for. Apart from the history: looking
takes no lock on the case and raises no version, so nobody's open form turns stale because somebody looked."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from accounts.models import User
from cases.canonical import canonical_bytes, leaf_hash, moment
from cases.models import Case, ViewLog

TRIES = 20  # each means that another look was recorded meanwhile


def log_view(*, case: Case, person: User, what: str, purpose: str, now: dt.datetime) -> ViewLog:
    """Record a view before it happens; `what` names the field or file, never its value. Chained per case."""
    view = _unchained(case, person, what, purpose, now)
    for _ in range(TRIES):
        try:
            return _chained(view)
        except IntegrityError:  # somebody looked at the same moment and was first: follow them
            continue
    return _chained(view)


def log_views(*, cases: Sequence[Case], person: User, what: str, purpose: str, now: dt.datetime) -> None:
    """Record one view of each of many cases before it happens (two statements)."""
    for left in reversed(range(TRIES)):
        views = [_unchained(case, person, what, purpose, now) for case in cases]
        try:
            return _chained_together(views)
        except IntegrityError:  # somebody looked at one of them at the same moment and was first
            if not left:
                raise


def _unchained(case: Case, person: User, what: str, purpose: str, now: dt.datetime) -> ViewLog:
    said = unicodedata.normalize("NFC", purpose).strip()[:500]
    return ViewLog(case=case, person=str(person.pk), what=what[:200], purpose=said, at=now)


def _chained_together(views: Sequence[ViewLog]) -> None:
    with transaction.atomic():
        ids = [view.case_id for view in views]
        last = dict(ViewLog.objects.filter(case__in=ids).order_by("pk").values_list("case_id", "hash"))
        for view in views:
            view.prev = last.get(view.case_id, "")
            view.hash = leaf_hash(view_body(view))
        ViewLog.objects.bulk_create(views)


def _chained(view: ViewLog) -> ViewLog:
    with transaction.atomic():
        last = ViewLog.objects.filter(case=view.case_id).order_by("-pk").first()
        view.prev = last.hash if last is not None else ""
        view.hash = leaf_hash(view_body(view))
        view.save(force_insert=True)
    return view


def broken_views(case: Case) -> list[int]:
    """Return the ids of views that were altered or no longer follow the one before; empty when the chain is whole.

    That the last ones were taken away cannot be seen from what is left.
    """
    broken, prev = [], ""
    for view in ViewLog.objects.filter(case=case).order_by("pk"):
        if view.prev != prev or view.hash != leaf_hash(view_body(view)):
            broken.append(view.pk)
        prev = view.hash
    return broken


def view_body(view: ViewLog) -> bytes:
    """Return the canonical bytes that the hash of a view covers."""
    told = {"case": str(view.case_id), "person": view.person, "what": view.what, "purpose": view.purpose}
    return canonical_bytes({**told, "at": moment(view.at), "prev": view.prev})
