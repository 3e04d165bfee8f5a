"""Bring an installation to the state in which it can serve: tables, procedures, in the demo its people and cases."""
from __future__ import annotations

from collections.abc import Callable
from io import StringIO

from django.conf import settings
from django.core.management import call_command

from config.views import migrations_waiting


def prepare(said: Callable[[str], object]) -> None:
    """Migrate, and load the demo where this is one. Safe to repeat; a second time takes a second."""
    if migrations_waiting():
        said("Tạo bảng dữ liệu … / making the tables")
        call_command("migrate", verbosity=0, interactive=False)
    if settings.DEMO:
        said("Nạp dữ liệu thử … / loading the demo")
        call_command("demo", stdout=StringIO())


def welcome(host: str, port: int) -> str:
    """Return what a person sees once the product answers: address, accounts, what to try."""
    shown = f"[{host}]" if ":" in host else host
    lines = ["", f"  Hoso: http://{shown}:{port}/    (Ctrl-C để dừng / to stop)", ""]
    return "\n".join(lines)
