"""The database: does it answer, is it of this version, are events final, does a commit survive a power cut."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import DatabaseError, connection

from cases.models import Event
from cases.protection import protection_present
from config.answers import TAMPERED
from config.doctor.findings import Finding, fault, fine, warning
from config.schema import columns_missing, migrations_waiting

FULL = 2  # PRAGMA synchronous
SAFE = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "local", "remote_write", "remote_apply"},
}
APART = dt.timedelta(seconds=2)


def reachable() -> Finding:
    """Look whether the database answers at all."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as wrong:
        vi, en = "Cơ sở dữ liệu không trả lời", "The database does not answer"
        return fault("database", vi, en, [type(wrong).__name__])
    said = connection.vendor
    return fine("database", f"Cơ sở dữ liệu trả lời ({said})", f"The database answers ({said})")


def migrated() -> Finding:
    """Look whether the tables are those of this version."""
    waiting = migrations_waiting()
    if waiting:
        vi, en = "Bảng dữ liệu chưa đúng phiên bản: chạy manage.py upgrade", "Migrations wait: run manage.py upgrade"
        return fault("migrations", vi, en, waiting)
    missing = columns_missing()
    if missing:
        vi = "Dữ liệu do một bản trước bản phát hành đầu tiên tạo ra, không nâng cấp được"
        en = "The database was made by a version before the first release and cannot be upgraded"
        return fault("migrations", vi, en, missing)
    return fine("migrations", "Bảng dữ liệu đúng phiên bản", "The tables are of this version")


def protected() -> Finding:
    """Look whether the database refuses to change events."""
    missing = protection_present(connection)
    if missing:
        vi = "Lịch sử không được bảo vệ: chạy manage.py migrate, rồi history verify --all"
        en = "Events are not protected: run manage.py migrate, then history verify --all"
        return fault("protection", vi, en, missing, TAMPERED)
    return fine("protection", "Lịch sử không sửa, không xóa được", "Events cannot be changed or removed")


def durable() -> Finding:
    """Look whether an acknowledged step survives a power cut."""
    weak = sorted(_weak_postgres() if connection.vendor == "postgresql" else _weak_sqlite())
    if weak:
        vi, en = "Bước đã báo xong có thể mất khi mất điện", "An acknowledged step may be lost with the power"
        return fault("durability", vi, en, weak)
    return fine("durability", "Bước đã báo xong không mất khi mất điện", "An acknowledged step survives a power cut")


def clock(now: dt.datetime) -> Finding:
    """Look whether our clock agrees with the database server's and with the history."""
    apart = abs(_database_clock(now) - now)
    last = Event.objects.order_by("-at").values_list("at", flat=True).first()
    if apart > APART:
        vi, en = f"Đồng hồ lệch máy chủ dữ liệu {apart}", f"The clock is {apart} from the database server's"
        return warning("clock", vi, en)
    if last is not None and last - now > APART:
        vi, en = "Sự kiện cuối ở tương lai: đồng hồ chạy lùi", "The last event lies in the future: the clock went back"
        return warning("clock", vi, en, [last.isoformat()])
    return fine("clock", "Đồng hồ đúng", "The clocks agree")


def _weak_sqlite() -> Iterator[str]:
    if _pragma("synchronous") != str(FULL):
        yield "PRAGMA synchronous"
    if _pragma("journal_mode") not in {"wal", "memory"}:  # memory: a database that is not kept anyway
        yield "PRAGMA journal_mode"


def _pragma(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return str(cursor.fetchone()[0])


def _weak_postgres() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(SAFE)])
        found = dict(cursor.fetchall())
    yield from (f"{name} = {found.get(name)}" for name, good in SAFE.items() if found.get(name) not in good)


def _database_clock(now: dt.datetime) -> dt.datetime:
    if connection.vendor != "postgresql":
        return now
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        told: dt.datetime = cursor.fetchone()[0]
        return told
