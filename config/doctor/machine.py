"""The machine: files, disk, mail, broker, backups."""
from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
import smtplib
from pathlib import Path

import redis
from django.conf import settings
from django.core.mail import get_connection

from cases.models import Blob
from cases.store import BlobChanged, BlobMissing, Scrub, open_blob, scrub
from config.answers import INCOMPLETE, TAMPERED
from config.backups.making import PATTERN
from config.doctor.findings import Finding, fault, fine, warning

SAMPLE = 50
GIB = 1024**3
SCARCE, LITTLE = GIB // 5, GIB
BACKUP_AGE = dt.timedelta(days=2)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def store(now: dt.datetime, *, every_file: bool) -> Finding:
    """Look whether files can be written and still are what their hashes say: a sample, or every one."""
    folder = Path(settings.MEDIA_ROOT)
    place = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        vi, en = f"Không ghi được vào kho tệp {folder}", f"The store {folder} cannot be written"
        return fault("store", vi, en)
    found = scrub(now) if every_file else _sampled()
    if found.corrupt:
        vi, en = "Có tệp bị sửa: lấy lại từ bản sao lưu", "Files were altered: bring them back from a backup"
        return fault("store", vi, en, found.corrupt, TAMPERED)
    if found.missing:
        vi, en = "Có tệp bị mất: lấy lại từ bản sao lưu", "Files are missing: bring them back from a backup"
        return fault("store", vi, en, found.missing, INCOMPLETE)
    vi, en = f"Kho tệp đọc được, {found.checked} tệp đúng", f"The store is readable, {found.checked} files checked"
    return fine("store", vi, en)


def _sampled() -> Scrub:
    """Check some blobs from a random place on."""
    found, start = Scrub(), secrets.token_hex(4)
    chosen = [*Blob.objects.filter(pk__gte=start).order_by("pk")[:SAMPLE]]
    chosen += Blob.objects.filter(pk__lt=start).order_by("pk")[: SAMPLE - len(chosen)]
    for blob in chosen:
        found.checked += 1
        try:
            open_blob(blob).close()
        except BlobMissing:
            found.missing.append(blob.sha256)
        except BlobChanged:
            found.corrupt.append(blob.sha256)
    return found


def disk() -> Finding:
    """Look whether there is room left where data lies."""
    free = shutil.disk_usage(settings.VAR_DIR).free
    vi, en = f"Còn {free / GIB:.1f} GiB trống", f"{free / GIB:.1f} GiB are free"
    if free < SCARCE:
        return fault("disk", vi, en, [str(settings.VAR_DIR)])
    return warning("disk", vi, en, [str(settings.VAR_DIR)]) if free < LITTLE else fine("disk", vi, en)


def mail() -> Finding:
    """Look whether the mail server takes a connection; nothing is sent."""
    if settings.EMAIL_BACKEND != SMTP:
        vi, en = f"Thư nằm ở {settings.VAR_DIR / 'mail'}, không gửi đi", "Mail is written to files, not sent"
        return warning("mail", vi, en) if settings.PRODUCTION else fine("mail", vi, en)
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    wire = get_connection(timeout=5)
    try:
        wire.open()
        wire.close()
    except (OSError, smtplib.SMTPException) as wrong:
        vi, en = f"Không tới được máy chủ thư {server}; thư chờ trong hàng đợi", f"Mail server {server} is out of reach"
        return fault("mail", vi, en, [type(wrong).__name__])
    return fine("mail", f"Máy chủ thư {server} trả lời", f"Mail server {server} answers")


def broker() -> Finding:
    """Look whether Redis answers, where one is used; without it work waits for the relay's poll and throttles fail."""
    if not settings.REDIS_URL:
        return fine("broker", "Không dùng Redis", "Redis is not used")
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5) as wire:
            wire.ping()
    except redis.RedisError as wrong:
        return fault("broker", "Redis không trả lời", "Redis does not answer", [type(wrong).__name__])
    return fine("broker", "Redis trả lời", "Redis answers")


def backup(now: dt.datetime) -> Finding:
    """Look whether there is a fresh copy."""
    folder = Path(settings.BACKUP_DIR)
    newest = max((path.stat().st_mtime for path in folder.glob(PATTERN)), default=None)
    age = None if newest is None else now - dt.datetime.fromtimestamp(newest, dt.UTC)
    if age is not None and age < BACKUP_AGE:
        hours = round(age.total_seconds() / 3600)
        return fine("backup", f"Bản sao lưu mới nhất cách đây {hours} giờ", f"The newest backup is {hours} hours old")
    if not settings.PRODUCTION:
        return fine("backup", "Bản thử, không cần sao lưu", "A trial, which needs no backup")
    vi, en = f"Không có bản sao lưu trong 2 ngày ở {folder}", f"No backup of the last 2 days in {folder}"
    return warning("backup", vi, en)
