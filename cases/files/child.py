"""The child process in which an upload is opened: limits first, then the file. A bomb costs its own seconds only.

`python -m cases.files.child TYPE FILE SHOWN` writes {"fault": code or ""}; a picture's copy goes to SHOWN.
With the type `rows` it writes the rows of a workbook as well; what is looked for comes in as JSON (cases.files.rows).
"""
from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

from cases.files.faults import Unsafe
from cases.files.kinds import OFFICE, PICTURES

SECONDS = 5
MEMORY = 512 * 1024 * 1024
LARGEST_COPY = 64 * 1024 * 1024
FILES = 64
ROWS = "rows"


def check(kind: str, path: Path, shown: Path) -> str:
    """Return the code of the first fault found in a file of one of our types; empty when there is none."""
    try:
        _check(kind, path, shown)
    except Unsafe as found:
        return found.code
    except MemoryError:
        return "file_too_complex"
    return ""


def _check(kind: str, path: Path, shown: Path) -> None:
    # Each type has its own module and libraries; a PDF does not wait for Pillow to load.
    if kind in PICTURES:
        from cases.files.pictures import check_picture  # noqa: PLC0415

        check_picture(path, kind, shown)
    elif kind in OFFICE:
        from cases.files.office import check_office  # noqa: PLC0415

        check_office(path, kind)
    else:
        from cases.files.pdf import check_pdf  # noqa: PLC0415

        check_pdf(path)


def rows(path: Path) -> dict[str, Any]:
    """Return the rows of a workbook, or the code of the first fault found in it."""
    from cases.files.office import check_office  # noqa: PLC0415
    from cases.files.rows import read_rows  # noqa: PLC0415

    wanted = json.load(sys.stdin)
    try:
        check_office(path, "xlsx")
        return {"fault": "", **read_rows(path, wanted)}
    except Unsafe as found:
        return {"fault": found.code}
    except MemoryError:
        return {"fault": "file_too_complex"}


def main() -> None:
    """Limit this process, check the file, answer."""
    limits = {
        resource.RLIMIT_CPU: SECONDS, resource.RLIMIT_AS: MEMORY, resource.RLIMIT_FSIZE: LARGEST_COPY,
        resource.RLIMIT_NOFILE: FILES, resource.RLIMIT_CORE: 0,
    }  # fmt: skip
    for what, most in limits.items():
        resource.setrlimit(what, (most, most))
    kind, path, shown = sys.argv[1:]
    json.dump(rows(Path(path)) if kind == ROWS else {"fault": check(kind, Path(path), Path(shown))}, sys.stdout)


if __name__ == "__main__":
    main()
