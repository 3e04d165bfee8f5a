"""manage.py demo: the trial province with its people and offices. Safe to repeat; impossible in production."""
from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.clock import now
from config.trial import CAST, PASSWORD, NoTrialHere, address_of, load_trial
from config.trial_samples import load_samples


class Command(BaseCommand):
    help = "Nạp tỉnh giả định Lam Giang: đơn vị, con người, cấu hình / load the invented province"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", default="", help="địa chỉ in trên giấy tờ / the address that papers show")
        parser.add_argument("--cases", action="store_true", help="thêm vài hồ sơ đang giải quyết / with some cases")
        parser.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            trial = load_trial(now=now(), site=options["site"])
        except NoTrialHere as refusal:
            message = "HOSO_ENV=production: không nạp dữ liệu giả định / no invented data in a real office"
            raise CommandError(message, returncode=2) from refusal
        stopped = load_samples(now=now()) if options["cases"] else []
        if options["json"]:
            people = {"password": PASSWORD, "people": [address_of(name) for name, _, _ in CAST]}
            self.stdout.write(json.dumps({**trial.as_dict(), **people, "stopped": stopped}))
            return
        for fault in (*map(str, trial.faults()), *stopped):
            self.stderr.write(fault)
        self.stdout.write(cast_list())


def cast_list() -> str:
    """Return the accounts of the tour and their password."""
    lines = [f"  {address_of(name):<28} {vi} / {en}" for name, vi, en in CAST]
    return "\n".join(["Tỉnh giả định Lam Giang / the invented province", *lines, f"  mật khẩu / password: {PASSWORD}"])
