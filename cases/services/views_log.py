"""The log of views: who looked at a sensitive value or file of a case, what for. Apart from the history: looking
takes no lock on the case and raises no version, so nobody's open form turns stale because somebody looked."""

from __future__ import annotations

import datetime as dt
import unicodedata

from django.db import IntegrityError, transaction

from accounts.models import User
from cases.canonical import canonical_bytes, leaf_hash, moment
from cases.models import Case, ViewLog

TRIES = 20  # each means that another look was recorded meanwhile


def log_view(*, case: Case, person: User, what: str, purpose: str, now: dt.datetime) -> ViewLog:
    """Record a view before it happens; `what` names the field or file, never its value. Chained per case."""
    view = ViewLog(case=case, person=str(person.pk), what=what[:200], at=now)
    view.purpose = unicodedata.normalize("NFC", purpose).strip()[:500]
    for _ in range(TRIES):
        try:
            return _chained(view)
        except IntegrityError:  # somebody looked at the same moment and was first: follow them
            continue
    return _chained(view)


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
