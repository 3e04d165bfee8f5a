"""What the proof finds, with the place where its author wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workflows.definition import Machine, Procedure, Step
from workflows.errors import Fault
from workflows.shapes import near

Places = Mapping[str, tuple[str, int]]


class Findings:
    """Collects errors and warnings; a key like `transitions.sign.require` finds the nearest place above it."""

    def __init__(self, procedure: Procedure, places: Places) -> None:
        self.folder, self.places = f"{procedure.procedure}/{procedure.folder}", places
        self.faults: dict[Fault, None] = {}

    def error(self, key: str, vi: str, en: str, nearest: str = "") -> None:
        self.say(key, f"{vi} / {en}", nearest)

    def warning(self, key: str, vi: str, en: str) -> None:
        self.say(key, f"{vi} / {en}", level="warning")

    def unknown(self, key: str, names: Iterable[str], known: Iterable[str], what: str) -> None:
        """Add an error for each name that is not known; `what` says what it should name, "vi / en"."""
        valid = sorted(known)
        for name in names:
            if name not in valid:
                vi, _, en = what.partition(" / ")
                self.error(key, f"không có {vi} {name}", f"no {en} {name}", near(name, valid))

    def say(self, key: str, message: str, nearest: str = "", *, level: str = "error") -> None:
        """Add a fault whose message is already in both languages."""
        file, line = self.place(key)
        self.faults[Fault(file, line, key, message, nearest, level)] = None

    def place(self, key: str) -> tuple[str, int]:
        """Return file and line of the key, or of what it stands in."""
        while key:
            if key in self.places:
                return self.places[key]
            key = key.rpartition(".")[0]
        return self.folder, 0


def machines(procedure: Procedure) -> Iterator[tuple[str, str | None, Machine]]:
    """Yield (prefix of keys, part kind or None, machine) of the case and of every part kind."""
    yield "", None, procedure.machine
    for part in procedure.parts:
        yield f"parts.{part.code}.", part.code, part.machine


def steps(procedure: Procedure) -> Iterator[tuple[str, str | None, Step]]:
    """Yield (key, part kind or None, step) of every transition and act."""
    for prefix, kind, machine in machines(procedure):
        for step in (*machine.transitions, *machine.acts):
            yield f"{prefix}{step.kind}s.{step.name}", kind, step
