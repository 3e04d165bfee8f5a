"""Bring an installation to the state in which it can serve: tables, procedures, in the demo its people and cases."""
from __future__ import annotations

from collections.abc import Callable
from io import StringIO

from django.conf import settings
from django.core.management import call_command

from accounts.clock import now
from cases.publication import publish_all
from config.views import migrations_waiting


def prepare(said: Callable[[str], object]) -> None:
    """Migrate, and load the demo where this is one. Safe to repeat; a second time takes a second."""
    if migrations_waiting():
        said("Tạo bảng dữ liệu … / making the tables")
        call_command("migrate", verbosity=0, interactive=False)
    publish(said)
    if settings.DEMO:
        said("Nạp dữ liệu thử … / loading the demo")
        call_command("demo", stdout=StringIO())


def publish(said: Callable[[str], object]) -> None:
    """Publish every procedure folder that changed; a faulty one is told and keeps its former publication."""
    for publication in publish_all(now=now()):
        folder = publication.prepared.folder
        if publication.new:
            said(f"Công bố thủ tục / published {folder.code} {folder.name}")
        for fault in publication.prepared.errors:
            said(str(fault))


def welcome(host: str, port: int) -> str:
    """Return what a person sees once the product answers: address, accounts, what to try."""
    shown = f"[{host}]" if ":" in host else host
    lines = ["", f"  Hoso: http://{shown}:{port}/    (Ctrl-C để dừng / to stop)", ""]
    return "\n".join(lines)
