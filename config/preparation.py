"""Bring an installation to the state in which it can serve: tables, in the demo its people and procedures."""
from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from accounts.clock import now
from accounts.models import User
from cases.models import Published
from cases.publication import folders
from config.schema import columns_missing, migrations_waiting
from config.trial import FOLDER, load_trial
from config.trial_samples import load_samples
from workflows.registry import SHIPPED


class OtherTables(Exception):
    """The database is of a version before the first release: no migration leads from there to here."""


def prepare(said: Callable[[str], object], address: str) -> None:
    """Migrate, and load the demo where this is one. Safe to repeat; a second time takes a moment.

    Raises OtherTables.
    """
    if migrations_waiting():
        said("Tạo bảng dữ liệu … / making the tables")
        call_command("migrate", verbosity=0, interactive=False)
    if columns_missing():
        raise OtherTables
    if settings.DEMO:
        _prepare_trial(said, address)


def _prepare_trial(said: Callable[[str], object], address: str) -> None:
    """Load the trial province unless exactly this one was loaded here before."""
    stamp, wanted = settings.VAR_DIR / ".trial", stamp_of(address)
    known = stamp.exists() and stamp.read_text() == wanted
    if known and User.objects.exists() and Published.objects.exists():
        return
    said("Nạp dữ liệu thử, công bố thủ tục … / loading the demo, publishing the procedures")
    faults = list(load_trial(now=now(), site=address).faults())
    for fault in (*faults, *load_samples(now=now())):
        said(f"  {fault}")
    if not faults:
        stamp.write_text(wanted)


def stamp_of(address: str) -> str:
    """Return what tells one state of the demo's sources from another: files of the demo and of every procedure."""
    digest = hashlib.sha256(f"{settings.PRODUCT_VERSION}\n{settings.DATABASES['default']['NAME']}\n{address}".encode())
    roots = [FOLDER, SHIPPED / "_common", *(folder.path for folder in folders())]
    for file in _files(roots):
        digest.update(str(file).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(roots: Iterable[Path]) -> list[Path]:
    return sorted(path for root in roots for path in root.rglob("*") if path.is_file())
