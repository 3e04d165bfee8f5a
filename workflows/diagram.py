"""A machine as people draw it: SVG for the pages, Mermaid for documents.

The SVG has no style attributes and no scripts: colours come from `currentColor`, so it is right in light and dark; the
classes (`state`, `step`, `line`, `current`, `closed`, `clock-pause` …) are there for the style sheet of the pages.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping
from html import escape

from workflows.definition import RETURN, Labelled, Machine, State, Step
from workflows.diagram_layout import Box, Layout, Line, layout

MARGIN, PAD, RADIUS = 16.0, 9.0, 7.0
SIZES = {"state": (13.0, 17.0), "step": (11.0, 14.0)}  # size of letters, height of a line; px
WRAP = {"state": 22, "step": 26}  # letters
ARROW = 5.0
_NARROW, _WIDE = frozenset("iljtfrI.,:;'()|! "), frozenset("mwMWQOGĐ@%")
WORDS = {
    "vi": ("Sơ đồ trạng thái", "trạng thái", "bước", "Hiện tại", "hồ sơ"),
    "en": ("State diagram", "states", "steps", "Now", "cases"),
}


def mermaid(machine: Machine, *, language: str = "vi", current: str | None = None) -> str:
    """Return the machine as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_quoted(_label(s, language))}" as {s.code}' for s in machine.states]
    lines += [f"    [*] --> {s.code}" for s in machine.states if s.initial]
    for step in machine.transitions:
        targets = {step.target} if step.target != RETURN else set()
        for source in step.sources:
            lines += [f"    {source} --> {target}: {_quoted(_label(step, language))}" for target in targets]
            if not targets:
                lines.append(f"    note right of {source}: {_quoted(_label(step, language))} ↩")
    lines += [f"    {s.code} --> [*]" for s in machine.states if s.terminal]
    if current is not None:
        lines += ["    classDef current stroke-width:3px", f"    class {current} current"]
    return "\n".join(lines) + "\n"


def svg(
    machine: Machine,
    *,
    title: str,
    language: str = "vi",
    current: str | None = None,
    counts: Mapping[str, int] | None = None,
    ident: str = "diagram",
) -> str:
    """Return the machine as an SVG element to put into a page.

    `current`: code of the state to mark; `counts`: cases by state code, shown beside it; `ident` begins the ids of the
    element, which must differ from those of other diagrams on the page.
    """
    counts = counts or {}
    states = {
        s.code: _box(s.code, "state", _label(s, language), _counted(counts.get(s.code), language))
        for s in machine.states
    }
    steps = {s.name: _box(s.name, "step", _step_label(s, language)) for s in machine.transitions}
    found = layout(machine, states, steps)
    width, height = found.width + 2 * MARGIN, found.height + 2 * MARGIN
    drawn = [
        *_lines(found),
        *(_step(steps[s.name], s) for s in machine.transitions),
        *(_state(states[s.code], s, is_current=s.code == current) for s in machine.states),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="machine" role="img" aria-labelledby="{escape(ident)}-title '
        f'{escape(ident)}-desc" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'fill="none" stroke="currentColor" font-family="system-ui, sans-serif" text-anchor="middle">'
    )
    told = (
        f'<title id="{escape(ident)}-title">{escape(title)}</title>'
        f'<desc id="{escape(ident)}-desc">{escape(described(machine, language, current, counts))}</desc>'
    )
    return "\n".join([head, told, *drawn, "</svg>"])


def described(machine: Machine, language: str, current: str | None, counts: Mapping[str, int]) -> str:
    """Return in words what the picture shows: from each state, which step leads where."""
    picture, states, steps, now, cases = WORDS[language]
    names = {s.code: _label(s, language) for s in machine.states}
    sentences = [f"{picture}: {len(machine.states)} {states}, {len(machine.transitions)} {steps}."]
    if current in names:
        sentences.append(f"{now}: {names[current]}.")
    for state in machine.states:
        leads = [s for s in machine.transitions if state.code in s.sources]
        ways = ", ".join(f"{_label(s, language)} → {names.get(s.target or '', '↩')}" for s in leads)
        many = f" ({counts[state.code]} {cases})" if counts.get(state.code) else ""
        sentences.append(f"{names[state.code]}{many}: {ways}." if ways else f"{names[state.code]}{many}.")
    return " ".join(sentences)


# --------------------------------------------------------------------------------------------- text
def _label(thing: Labelled, language: str) -> str:
    return unicodedata.normalize("NFC", thing.en if language == "en" else thing.vi)


def _step_label(step: Step, language: str) -> str:
    return _label(step, language) + (" ↩" if step.target == RETURN else "")


def _quoted(text: str) -> str:
    """Mermaid ends a label at a line, a quotation mark or a semicolon."""
    return "".join({"#": "#35;", '"': "#quot;", ";": "#59;", "\n": " "}.get(letter, letter) for letter in text)


def _counted(count: int | None, language: str) -> tuple[str, ...]:
    return (f"({count} {WORDS[language][4]})",) if count else ()


def _box(key: str, kind: str, text: str, more: tuple[str, ...] = ()) -> Box:
    size, line = SIZES[kind]
    lines = (*(textwrap.wrap(text, WRAP[kind]) or [key]), *more)
    width = max(text_width(piece, size) for piece in lines) + 2 * PAD
    return Box(key, kind, 0, lines, width, line * len(lines) + (2 * PAD if kind == "state" else 4))


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is in px; a little too wide rather than too narrow."""
    wide = sum(0.36 if c in _NARROW else 0.92 if c in _WIDE else 0.7 if c.isupper() else 0.59 for c in text)
    return wide * size


# ------------------------------------------------------------------------------------------- drawing
def _lines(found: Layout) -> list[str]:
    ports = _ports(found)
    bends = [b for b in found.boxes if b.kind == "bend" and b.reach]
    straight = [f"M{b.x + MARGIN:.1f} {b.y + MARGIN - b.reach:.1f}v{2 * b.reach:.1f}" for b in bends]
    return [*(_drawn(d) for d in straight), *(_curve(line, *ports[line]) for line in found.lines)]


def _ports(found: Layout) -> dict[Line, tuple[float, float]]:
    """Return where each line leaves and enters: spread over the side of a box, in the order of the other ends."""
    sides: dict[tuple[Box, bool], list[tuple[float, int, Line]]] = {}
    for n, line in enumerate(found.lines):
        down = line.end.layer > line.start.layer
        sides.setdefault((line.start, down), []).append((line.end.x, n, line))
        sides.setdefault((line.end, not down), []).append((line.start.x, n, line))
    places: dict[tuple[Line, Box], float] = {}
    for (box, _), met in sides.items():
        room = box.width * 0.7 if box.kind == "state" else 0.0
        for place, (_, _, line) in enumerate(sorted(met, key=lambda m: m[:2])):
            places[line, box] = box.x + room * ((place + 1) / (len(met) + 1) - 0.5)
    return {line: (places[line, line.start], places[line, line.end]) for line in found.lines}


def _curve(line: Line, start_x: float, end_x: float) -> str:
    down = 1 if line.end.layer > line.start.layer else -1
    x1, x2 = start_x + MARGIN, end_x + MARGIN
    y1 = line.start.y + MARGIN + down * line.start.reach
    y2 = line.end.y + MARGIN - down * line.end.reach
    middle = (y1 + y2) / 2
    tip = line.end.y + MARGIN - down * line.end.height / 2
    curve = (
        f"M{x1:.1f} {line.start.y + MARGIN + down * line.start.height / 2:.1f}V{y1:.1f}" if line.start.height else ""
    )
    curve = f"{curve or f'M{x1:.1f} {y1:.1f}'}C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"
    curve += f"V{tip - (down * ARROW if line.arrow else 0):.1f}" if line.end.height else ""
    if not line.arrow:
        return _drawn(curve)
    head = f"M{x2 - ARROW / 1.6:.1f} {tip - down * ARROW:.1f}h{ARROW * 1.25:.1f}L{x2:.1f} {tip:.1f}z"
    return f'{_drawn(curve)}<path class="arrow" d="{head}" fill="currentColor" stroke="none"/>'


def _drawn(path: str) -> str:
    return f'<path class="line" d="{path}" stroke-opacity="0.55"/>'


def _state(box: Box, state: State, *, is_current: bool) -> str:
    classes = ["state", f"clock-{state.clock}"]
    classes += [name for name in ("initial", "closed", "terminal") if getattr(state, name)]
    classes += ["current"] if is_current else []
    drawn = [_rect(box, 0.0, 'stroke-width="3" fill="currentColor" fill-opacity="0.12"' if is_current else "")]
    if state.terminal:
        drawn.append(_rect(box, 3.0, 'stroke-opacity="0.6"'))
    if state.initial:
        drawn.append(f'<circle cx="{_left(box):.1f}" cy="{_top(box):.1f}" r="5" fill="currentColor"/>')
    drawn.append(_text(box, "state"))
    return f'<g class="{" ".join(classes)}" data-state="{escape(state.code)}">{"".join(drawn)}</g>'


def _step(box: Box, step: Step) -> str:
    return f'<g class="step {step.when}" data-transition="{escape(step.name)}">{_text(box, "step")}</g>'


def _left(box: Box) -> float:
    return box.x + MARGIN - box.width / 2


def _top(box: Box) -> float:
    return box.y + MARGIN - box.height / 2


def _rect(box: Box, inset: float, more: str) -> str:
    return (
        f'<rect x="{_left(box) + inset:.1f}" y="{_top(box) + inset:.1f}" width="{box.width - 2 * inset:.1f}" '
        f'height="{box.height - 2 * inset:.1f}" rx="{RADIUS - inset:.1f}" {more}/>'
    )


def _text(box: Box, kind: str) -> str:
    size, line = SIZES[kind]
    first = box.y + MARGIN - line * (len(box.lines) - 1) / 2 + size * 0.35
    rows = "".join(
        f'<tspan x="{box.x + MARGIN:.1f}" y="{first + n * line:.1f}">{escape(text)}</tspan>'
        for n, text in enumerate(box.lines)
    )
    return f'<text fill="currentColor" stroke="none" font-size="{size:g}">{rows}</text>'
