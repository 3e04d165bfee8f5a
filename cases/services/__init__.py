"""The services of the case floor: everything that changes a case goes through here (design §4)."""

from __future__ import annotations

from cases.services.advance import advance_case, do_act
from cases.services.attachments import attach_file, remove_attachment
from cases.services.batch import Result, Target, advance_each
from cases.services.opening import open_case, save_dossier
from cases.services.outcome import Outcome
from cases.services.part_saving import save_part
from cases.services.possible import Possible, dossier_faults, dossier_preview, possibilities, preview_step
from cases.services.row_import import open_rows, rows_judged
from cases.services.rows import book_of, open_row
from cases.services.tasks import claim_task, release_task

__all__ = [
    "Outcome",
    "Possible",
    "Result",
    "Target",
    "advance_case",
    "advance_each",
    "attach_file",
    "book_of",
    "claim_task",
    "do_act",
    "dossier_faults",
    "dossier_preview",
    "open_case",
    "open_row",
    "open_rows",
    "possibilities",
    "preview_step",
    "release_task",
    "remove_attachment",
    "rows_judged",
    "save_dossier",
    "save_part",
]
