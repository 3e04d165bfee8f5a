"""Write the settings file of an office from its template; standard library only.

    env_file.py TEMPLATE TARGET     @NAME@ becomes the environment's NAME, keys are made; nothing is overwritten

TARGET is there whole or not at all, and readable by its owner alone.
"""
from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path

PLACE = re.compile(r"@([A-Z_]+)@")
PLAIN = re.compile(r"[A-Za-z0-9_./:@,+=?%-]*")  # what sh and systemd read alike without quotes
MADE = {"SECRET_KEY": 50, "DATA_KEY": 32}  # random bytes
DEFAULTS = {"EMAIL_PORT": "25", "EMAIL_USE_TLS": "0"}


def filled(line: str) -> str:
    """Return a line of the template with its place filled; a comment stays as it is."""
    return line if line.startswith("#") else PLACE.sub(lambda found: value_of(found.group(1)), line)


def value_of(name: str) -> str:
    """Return what stands for a name: a new key, what the environment says, or the default; quoted where needed."""
    if name in MADE:
        return secrets.token_urlsafe(MADE[name])
    value = os.environ.get(name) or DEFAULTS.get(name, "")
    if name == "HOSO_ORIGIN" and not value:
        value = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip()
    if PLAIN.fullmatch(value):
        return value
    if "'" in value or "\n" in value:
        sys.stderr.write(f"{name}: dấu nháy đơn hoặc xuống dòng không dùng được / no single quote, no line break\n")
        sys.exit(2)
    return f"'{value}'"


def main(template: Path, target: Path) -> None:
    lines = [filled(line) for line in template.read_text(encoding="utf-8").splitlines()]
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    os.link(part, target)  # fails when the target is there: another office's keys are never lost
    part.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
