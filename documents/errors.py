"""Errors of the paper workshop, grouped by what the caller does next. No Django: the checker imports it."""

from __future__ import annotations


class TemplateRefused(Exception):
    """A template cannot be taken; tell its author every fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class NotPrintable(Exception):
    """A value cannot stand on paper; `path` names it. Tell the person."""

    def __init__(self, path: str, why_vi: str, why_en: str) -> None:
        super().__init__(f"{path}: {why_en}")
        self.path = path
        self.why_vi = why_vi
        self.why_en = why_en
