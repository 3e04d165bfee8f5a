"""Typed readers of the environment; settings.py is their only caller (names and meaning: docs/operations.md)."""
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url
from environs import Env

env = Env()

SQLITE_OPTIONS: dict[str, Any] = {
    # IMMEDIATE: a deferred read-then-write fails at once with "database is locked"; FULL: an
    # acknowledged step survives a power cut; recursive_triggers: else INSERT OR REPLACE passes the
    # triggers that keep events final.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
}
# A migration or a step that waits for a lock gives up and says so instead of queueing everybody behind it.
POSTGRES_SESSION = "-c lock_timeout={lock} -c idle_in_transaction_session_timeout=60s -c synchronous_commit=on"


class ConfigurationError(Exception):
    """The environment lacks what the product needs; it refuses to start (exit 2)."""


def var_dir(default: Path) -> Path:
    """Return VAR_DIR, made if missing. Raises ConfigurationError when it cannot be written."""
    found = Path(env.str("VAR_DIR", "") or default).absolute()
    refusal = ConfigurationError(f"Không ghi được vào thư mục dữ liệu {found} (cannot write to VAR_DIR)")
    try:
        found.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as fault:
        raise refusal from fault
    if not os.access(found, os.W_OK | os.X_OK):
        raise refusal
    return found


def static_root(folder: Path) -> Path:
    """Return where collected static files lie; whitenoise warns about a folder that is not there."""
    found = folder / "static"
    found.mkdir(exist_ok=True)
    return found


def database(folder: Path) -> dict[str, Any]:
    """Return Django's DATABASES entry from DATABASE_URL, SQLite in `folder` by default."""
    url = env.str("DATABASE_URL", "") or f"sqlite:///{folder / 'hoso.sqlite3'}"
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError as fault:
        raise ConfigurationError("DATABASE_URL không đọc được (DATABASE_URL cannot be read)") from fault
    if found["ENGINE"].endswith("sqlite3"):
        return {**found, "ENGINE": "config.sqlite3", "OPTIONS": dict(SQLITE_OPTIONS)}
    session = POSTGRES_SESSION.format(lock=env.str("DATABASE_LOCK_TIMEOUT", "10s"))
    options = {**found.get("OPTIONS", {}), "options": session}
    return {**found, "CONN_MAX_AGE": env.int("DATABASE_MAX_AGE", 60), "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


def mail(folder: Path) -> dict[str, Any]:
    """Return the EMAIL_* settings: SMTP when EMAIL_HOST is set, else files in `folder`/mail."""
    host = env.str("EMAIL_HOST", "")
    sender = env.str("DEFAULT_FROM_EMAIL", "hoso@localhost")
    if not host:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(folder / "mail"),
            "DEFAULT_FROM_EMAIL": sender,
        }
    return {
        "EMAIL_HOST": host,
        "EMAIL_PORT": env.int("EMAIL_PORT", 25),
        "EMAIL_HOST_USER": env.str("EMAIL_HOST_USER", ""),
        "EMAIL_HOST_PASSWORD": env.str("EMAIL_HOST_PASSWORD", ""),
        "EMAIL_USE_TLS": env.bool("EMAIL_USE_TLS", default=False),
        "EMAIL_USE_SSL": env.bool("EMAIL_USE_SSL", default=False),
        "EMAIL_TIMEOUT": env.int("EMAIL_TIMEOUT", 20),
        "DEFAULT_FROM_EMAIL": sender,
        "SERVER_EMAIL": sender,
    }


def cache(redis_url: str) -> dict[str, Any]:
    """Return Django's CACHES entry: throttles are counted per process, or together when Redis is there."""
    if redis_url:
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis_url}
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}


def cookie_names(*, secure: bool) -> dict[str, str]:
    """Return the cookie names; `__Host-` binds a cookie to this very host over TLS (RFC 6265bis §4.1.3.2)."""
    prefix = "__Host-" if secure else "hoso-"
    return {f"{kind.upper()}_COOKIE_NAME": f"{prefix}{kind}" for kind in ("session", "csrf", "language")}


def production_faults() -> None:
    """Raise ConfigurationError naming everything that production needs and the environment lacks."""
    needed = ("SECRET_KEY", "HOSO_DATA_KEY", "ALLOWED_HOSTS", "EMAIL_HOST", "DEFAULT_FROM_EMAIL")
    faults = [name for name in needed if not env.str(name, "").strip()]
    if 0 < len(env.str("SECRET_KEY", "")) < 50:
        faults.append("SECRET_KEY (≥ 50)")
    if 0 < len(env.str("HOSO_DATA_KEY", "")) < 32:
        faults.append("HOSO_DATA_KEY (≥ 32)")
    if "*" in env.str("ALLOWED_HOSTS", ""):
        faults.append("ALLOWED_HOSTS (*)")
    if faults:
        raise ConfigurationError("Thiếu hoặc sai cấu hình (missing or wrong settings): " + ", ".join(faults))
