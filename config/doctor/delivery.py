"""Delivery: does anybody carry, does anything wait too long, was anything given up."""
from __future__ import annotations

import datetime as dt

from cases.models import OutboxEntry
from cases.services.heartbeat import backlog, carriers_alive
from config.doctor.findings import Finding, fault, fine, warning

LATE = dt.timedelta(minutes=5)


def delivery(now: dt.datetime) -> Finding:
    """Look whether a worker or relay lives, and how long the oldest due row has waited."""
    carriers, waits = carriers_alive(now), backlog(now)
    if waits.oldest is not None and now - waits.oldest > LATE:
        minutes = int((now - waits.oldest).total_seconds() // 60)
        vi = f"{waits.due} việc chờ gửi, lâu nhất {minutes} phút: tiến trình nền dừng hoặc kẹt"
        en = f"{waits.due} effects wait, the oldest for {minutes} minutes: no worker, or a stuck one"
        return fault("delivery", vi, en, carriers)
    if not carriers:
        vi, en = "Không có tiến trình nền nào chạy (worker hoặc relay)", "No worker or relay is running"
        return warning("delivery", vi, en)
    if waits.failing:
        vi, en = f"{waits.failing} việc gửi đang lỗi, sẽ thử lại", f"{waits.failing} effects failed, to be tried again"
        return warning("delivery", vi, en, carriers)
    vi, en = f"{len(carriers)} tiến trình nền chạy, không việc nào trễ", f"{len(carriers)} carriers, nothing is late"
    return fine("delivery", vi, en)


def dead_letters() -> Finding:
    """Look whether effects were given up: somebody has to decide about them."""
    dead = OutboxEntry.objects.filter(dead_at__isnull=False).order_by("-dead_at")
    shown = [f"#{pk} {kind} {why}".strip() for pk, kind, why in dead.values_list("pk", "kind", "last_error")[:20]]
    if shown:
        count = dead.count()
        vi, en = f"{count} việc gửi đã bỏ: xem trang quản trị", f"{count} effects were given up: see the office's pages"
        return warning("dead_letters", vi, en, shown)
    return fine("dead_letters", "Không có việc gửi bị bỏ", "Nothing was given up")
