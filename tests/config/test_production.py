"""A real office's settings: they refuse to start half-made, and nothing of the trial leaks into them."""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.environment import ConfigurationError, database, mail, production_faults, var_dir
from tests.product import ROOT

WHOLE = {
    "HOSO_ENV": "production",
    "SECRET_KEY": "k" * 50,
    "HOSO_DATA_KEY": "d" * 32,
    "ALLOWED_HOSTS": "hoso.example.vn",
    "EMAIL_HOST": "mail.example.vn",
    "DEFAULT_FROM_EMAIL": "hoso@example.vn",
}


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of a real office, whole."""
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def started(tmp_path: Path, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with nothing in the environment but what a real office has."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    everything = {**kept, **WHOLE, "VAR_DIR": str(tmp_path), **env}
    full = [sys.executable, "manage.py", *command]
    return subprocess.run(full, cwd=ROOT, env=everything, capture_output=True, text=True, timeout=120, check=False)


def test_a_whole_environment_has_no_faults(office):
    production_faults()


@pytest.mark.parametrize("name", ["SECRET_KEY", "HOSO_DATA_KEY", "ALLOWED_HOSTS", "EMAIL_HOST", "DEFAULT_FROM_EMAIL"])
@pytest.mark.parametrize("value", ["", "   "])
def test_each_missing_setting_is_named(office, name, value):
    office.setenv(name, value)
    with pytest.raises(ConfigurationError, match=rf": {name}"):
        production_faults()


@pytest.mark.parametrize(
    ("name", "value"), [("SECRET_KEY", "short"), ("HOSO_DATA_KEY", "short"), ("ALLOWED_HOSTS", "hoso.example.vn,*")]
)
def test_a_weak_setting_is_named(office, name, value):
    office.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        production_faults()


def test_everything_that_is_missing_is_named_at_once(office):
    office.delenv("SECRET_KEY")
    office.delenv("EMAIL_HOST")
    with pytest.raises(ConfigurationError, match="SECRET_KEY, EMAIL_HOST"):
        production_faults()


def test_the_command_ends_with_one_line_and_exit_code_2(tmp_path):
    done = started(tmp_path, "check", SECRET_KEY="")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "SECRET_KEY" in done.stderr


@pytest.mark.parametrize("name", ["EMAIL_PORT", "SESSION_HOURS", "BEHIND_PROXY"])
def test_a_value_of_the_wrong_kind_is_one_line_too(tmp_path, name):
    done = started(tmp_path, "check", **{name: "many"})
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert name in done.stderr


def test_a_web_server_does_not_start_half_made(tmp_path):
    kept = {**WHOLE, "PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "EMAIL_HOST": ""}
    loading = [sys.executable, "-c", "import config.wsgi"]
    done = subprocess.run(loading, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "EMAIL_HOST" in done.stderr


SEEN = """
import json
from django.conf import settings as s
print(json.dumps({"debug": s.DEBUG, "demo": s.DEMO, "hsts": s.SECURE_HSTS_SECONDS, "cookie": s.SESSION_COOKIE_NAME,
  "redirect": s.SECURE_SSL_REDIRECT, "static": s.STORAGES["staticfiles"]["BACKEND"]}))
"""


def test_a_real_office_is_strict_whatever_else_is_asked_for(tmp_path):
    done = started(tmp_path, "shell", "-v", "0", "-c", SEEN, DEBUG="1", HOSO_DEMO="1")
    seen: dict[str, Any] = json.loads(done.stdout)
    assert (seen["debug"], seen["demo"], seen["redirect"]) == (False, False, True)
    assert seen["hsts"] >= 31_536_000
    assert seen["cookie"] == "__Host-session"
    assert "Manifest" in seen["static"]


def test_the_demo_server_does_not_serve_a_real_office(tmp_path):
    done = started(tmp_path, "serve")
    assert (done.returncode, "deploy/" in done.stderr) == (2, True)


# --- what the environment says --------------------------------------------------------------------------------------


def test_without_an_address_the_database_is_a_file_that_survives_a_power_cut(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    entry = database(tmp_path)
    assert entry["NAME"] == str(tmp_path / "hoso.sqlite3")
    assert entry["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    pragmas = entry["OPTIONS"]["init_command"]
    assert "journal_mode=WAL" in pragmas
    assert "synchronous=FULL" in pragmas


def test_a_postgresql_address_waits_for_locks_only_so_long(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgres://hoso:pw@db.example.vn/hoso?sslmode=require")
    monkeypatch.setenv("DATABASE_LOCK_TIMEOUT", "3s")
    entry = database(tmp_path)
    assert (entry["HOST"], entry["OPTIONS"]["sslmode"]) == ("db.example.vn", "require")
    assert "lock_timeout=3s" in entry["OPTIONS"]["options"]


def test_an_address_that_is_none_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        database(tmp_path)


def test_mail_goes_to_files_until_a_server_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("EMAIL_HOST", raising=False)
    assert mail(tmp_path)["EMAIL_FILE_PATH"] == str(tmp_path / "mail")
    monkeypatch.setenv("EMAIL_HOST", "mail.example.vn")
    assert mail(tmp_path)["EMAIL_HOST"] == "mail.example.vn"
    assert mail(tmp_path)["EMAIL_TIMEOUT"] == 20


def test_a_data_folder_that_cannot_be_made_is_refused(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "file" / "var"))
    with pytest.raises(ConfigurationError, match="VAR_DIR"):
        var_dir(tmp_path)


def test_an_empty_name_of_the_data_folder_is_none(monkeypatch, tmp_path):
    """`make run` hands the name on empty where nobody gave one: the data must not lie in the checkout itself."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAR_DIR", "")
    assert var_dir(tmp_path / "var") == tmp_path / "var"


def test_every_setting_that_is_read_stands_in_the_operations_page():
    page = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in environment_names() if f"`{name}`" not in page] == []


def environment_names() -> list[str]:
    """Return the names that settings read, from their source."""
    source = "".join((ROOT / "config" / name).read_text() for name in ("settings.py", "environment.py"))
    return sorted(set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source)))
