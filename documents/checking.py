"""New templates are judged in a child process with limits: a bomb costs its own seconds, not the server's.

`python -m documents.checking` reads {"template": base64, "known": {field: columns or null}}, writes a list of faults.
"""

from __future__ import annotations

import base64
import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from documents.templates import faults_in

SECONDS = 20
MEMORY = 1024 * 1024 * 1024
HOME = Path(__file__).resolve().parent.parent


def check(template: bytes, known: Mapping[str, set[str] | None]) -> list[str]:
    """Return every fault of a template, judged in a child process; an empty list: it may be published.

    `known`: field -> columns that may be read in loops over it, None for a plain value.
    """
    order = {
        "template": base64.b64encode(template).decode(),
        "known": {name: sorted(columns) if columns is not None else None for name, columns in known.items()},
    }
    try:
        child = subprocess.run(  # our own interpreter and module, nothing of the template on the line
            [sys.executable, "-m", "documents.checking"],
            input=json.dumps(order).encode(), capture_output=True, timeout=SECONDS * 2, cwd=HOME, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return ["kiểm tra quá lâu (checking takes too long)"]
    if child.returncode != 0:
        return ["mẫu làm tiến trình kiểm tra dừng (the template stops the checker)"]
    faults: list[str] = json.loads(child.stdout)
    return faults


def main() -> None:
    """The child: limits first, then the template."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    order = json.load(sys.stdin)
    known = {name: set(columns) if columns is not None else None for name, columns in order["known"].items()}
    json.dump(faults_in(base64.b64decode(order["template"]), known), sys.stdout)


if __name__ == "__main__":
    main()
