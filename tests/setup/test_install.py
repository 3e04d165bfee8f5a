"""make install: settings with keys of their own, units, command, tables; a second time changes nothing."""
from __future__ import annotations

import getpass
import json
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.product import ROOT
from tests.setup.conftest import Checkout

GIVEN = {
    "ALLOWED_HOSTS": "hoso.example.vn",
    "EMAIL_HOST": "127.0.0.1",
    "DEFAULT_FROM_EMAIL": "Sở Ngoại vụ <hoso@example.vn>",
    "EMAIL_HOST_PASSWORD": "a b$c#d&e",
}


def places(folder: Path) -> dict[str, str]:
    """Return where this test's office lives."""
    here = {"ETC": "etc", "DATA": "data", "UNITS": "units", "BIN": "bin"}
    return {"HOSO_USER": getpass.getuser(), **{f"HOSO_{name}": str(folder / place) for name, place in here.items()}}


@pytest.fixture(scope="module")
def installed(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed office: settings were missing at first, as they are for everybody."""
    folder = tmp_path_factory.mktemp("office")
    first = checkout.run("make", "install", **places(folder))
    assert first.returncode == 2
    assert "ALLOWED_HOSTS, EMAIL_HOST, DEFAULT_FROM_EMAIL" in first.stderr
    assert "hoso.env" in first.stderr
    (folder / "etc" / "hoso.env").unlink()
    done = checkout.run("make", "install", **places(folder), **GIVEN)
    assert done.returncode == 0, done.stderr
    return folder


def settings_of(folder: Path) -> str:
    return (folder / "etc" / "hoso.env").read_text()


def test_the_settings_have_long_keys_that_only_their_owner_reads(installed):
    file = installed / "etc" / "hoso.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keys = dict(re.findall(r"^(SECRET_KEY|HOSO_DATA_KEY)=(\S+)$", settings_of(installed), re.MULTILINE))
    assert len(keys["SECRET_KEY"]) >= 50
    assert len(keys["HOSO_DATA_KEY"]) >= 32
    assert keys["SECRET_KEY"] != keys["HOSO_DATA_KEY"]


def test_the_name_in_the_history_is_fixed_from_the_first_day(installed):
    assert "\nHOSO_ORIGIN=hoso.example.vn\n" in settings_of(installed)


def test_a_second_time_keeps_keys_and_data_and_copies_first(installed, checkout):
    before = settings_of(installed)
    done = checkout.run("make", "install", **places(installed), ALLOWED_HOSTS="other.example.vn")
    assert done.returncode == 0, done.stderr
    assert settings_of(installed) == before
    assert len(list((installed / "data" / "backups").glob("hoso-*.tar"))) == 1


def test_the_command_speaks_with_the_offices_settings(installed):
    done = subprocess.run([installed / "bin" / "hoso", "doctor", "--json"], capture_output=True, text=True, check=False)
    levels = {check["code"]: check["level"] for check in json.loads(done.stdout)["checks"]}
    assert (done.returncode, levels["migrations"], levels["protection"], levels["mail"]) == (3, "ok", "ok", "fault")


def test_a_value_with_signs_reaches_the_product_as_it_was_given(installed):
    asked = "from django.conf import settings; print(settings.EMAIL_HOST_PASSWORD, settings.DEFAULT_FROM_EMAIL)"
    command = [installed / "bin" / "hoso", "shell", "-v", "0", "-c", asked]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{GIVEN['EMAIL_HOST_PASSWORD']} {GIVEN['DEFAULT_FROM_EMAIL']}"


def test_static_files_are_collected_under_hashed_names(installed):
    assert list((installed / "data" / "static" / "hoso").glob("tokens.*.css"))


def test_the_units_name_this_office_and_nothing_is_left_open(installed):
    units = {place.name: place.read_text() for place in (installed / "units").iterdir()}
    assert {"hoso-web.service", "hoso-worker.service", "hoso-relay.service", "hoso-celery.service"} <= set(units)
    assert [name for name, text in units.items() if "@" in text] == []
    assert f"EnvironmentFile={installed}/etc/hoso.env" in units["hoso-web.service"]


def test_systemd_takes_the_units(installed):
    """By systemd's own word where it is installed; everywhere each line is a section, a comment or a setting."""
    units = sorted((installed / "units").iterdir())
    lines = [line for unit in units for line in unit.read_text().splitlines() if line]
    assert [line for line in lines if not re.match(r"\[\w+\]$|#|[A-Z]\w+=", line)] == []
    verify = shutil.which("systemd-analyze")
    if verify:
        done = subprocess.run([verify, "verify", *map(str, units)], capture_output=True, text=True, check=False)
        assert str(installed) not in done.stderr


def test_whoever_is_not_root_is_told_so(checkout, tmp_path):
    (tmp_path / "id").write_text('#!/bin/sh\n[ "$1" = -un ] && echo lan || echo 1000\n')
    (tmp_path / "id").chmod(0o755)
    done = checkout.run("make", "install", PATH=f"{tmp_path}:/usr/bin:/bin", HOSO_USER="hoso")
    assert done.returncode == 2
    assert "sudo make install" in done.stderr


def test_a_folder_whose_name_a_unit_cannot_hold_is_refused(checkout, tmp_path):
    done = checkout.run("make", "install", **{**places(tmp_path), "HOSO_DATA": f"{tmp_path}/hồ sơ"})
    assert done.returncode == 2
    assert not (tmp_path / "etc").exists()


def test_every_setting_of_the_template_is_read_by_the_product():
    named = re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "hoso.env.example").read_text(), re.MULTILINE)
    source = "".join((ROOT / "config" / name).read_text() for name in ("settings.py", "environment.py"))
    assert [name for name in named if f'"{name}"' not in source] == []
