"""The log of views: who looked at a sensitive value or file of a case, what for. Apart from the history: looking
takes no lock on the case and raises no version, so nobody's open form turns stale because somebody looked."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from cases.canonical import canonical_bytes, leaf_hash, moment
from cases.models import Case, ViewLog


def log_view(*, case: Case, person: User, what: str, purpose: str, now: dt.datetime) -> ViewLog:
    """Record a view before it happens; `what` names the field or file, never its value. Chained per case."""
    with transaction.atomic():
        rows = ViewLog.objects.filter(case=case)
        rows.select_for_update().order_by("pk").first()  # views of one case queue here, never at the case itself
        last = rows.order_by("-pk").first()
        view = ViewLog(
            case=case, person=str(person.pk), what=what[:200], purpose=purpose.strip()[:500], at=now,
            prev=last.hash if last is not None else "",
        )  # fmt: skip
        view.hash = leaf_hash(view_body(view))
        view.save(force_insert=True)
    return view


def view_body(view: ViewLog) -> bytes:
    """Return the canonical bytes that the hash of a view covers."""
    told = {"case": str(view.case_id), "person": view.person, "what": view.what, "purpose": view.purpose}
    return canonical_bytes({**told, "at": moment(view.at), "prev": view.prev})
