"""Where the boxes of a diagram stand: layers from the first state down, few crossings, no overlaps. Plain arithmetic.

States stand on even layers, steps on the odd ones between them, each step once however many states it starts from.
A line that passes other layers bends at a point of its own there, so that it never runs through a box; the lines from
several states to one step join on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workflows.definition import RETURN, Machine, Step

GAP_X, GAP_Y = 18.0, 26.0
SWEEPS, SETTLINGS = 12, 60
STRAIGHT = 6.0


@dataclass(slots=True, eq=False)
class Box:
    """A state, a step or a bend of a line; x and y are its middle."""

    key: str
    kind: str  # state, step, bend
    layer: int
    lines: tuple[str, ...] = ()
    width: float = 0.0
    height: float = 0.0
    x: float = 0.0
    y: float = 0.0
    reach: float = 0.0  # from its middle to the edge of its layer
    above: list[Box] = field(default_factory=list)
    below: list[Box] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a line between two neighbouring layers; `arrow`: it ends here, in the state `end`."""

    start: Box
    end: Box
    arrow: bool


@dataclass(frozen=True, slots=True)
class Layout:
    boxes: Sequence[Box]
    lines: Sequence[Line]
    width: float
    height: float


def layout(machine: Machine, states: Mapping[str, Box], steps: Mapping[str, Box]) -> Layout:
    """Return boxes and lines with their places; `states` and `steps` bring text and size, by code and by name."""
    levels = levels_of(machine)
    for code, box in states.items():
        box.layer = 2 * levels[code]
    wires = _Wires([*states.values(), *steps.values()])
    for step in machine.transitions:
        box = steps[step.name]
        box.layer = _layer_of_step(step, levels)
        for source in step.sources:
            wires.join(states[source], box)
        if step.target != RETURN:
            wires.lead(box, states[step.target or ""])
    layers = _ordered(wires.layers())
    _place(layers)
    return Layout(wires.boxes, list(wires.lines), *_frame(layers))


def levels_of(machine: Machine) -> dict[str, int]:
    """Return how deep each state stands: below every state that leads to it without going back."""
    after = _after(machine)
    forward = set(_forward(machine, after))
    levels = dict.fromkeys(after, 0)
    for _ in after:
        changed = [(b, levels[a] + 1) for a, b in forward if levels[b] <= levels[a]]
        if not changed:
            break
        for code, level in changed:
            levels[code] = max(levels[code], level)
    return levels


def _after(machine: Machine) -> dict[str, list[str]]:
    after: dict[str, list[str]] = {s.code: [] for s in machine.states}
    for step in machine.transitions:
        for source in step.sources:
            if step.target not in (None, RETURN, source, *after[source]):
                after[source].append(step.target or "")
    return after


def _forward(machine: Machine, after: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yield the arrows that do not lead back to a state which is being walked from (depth first, no recursion)."""
    seen: set[str] = set()
    for first in [*(s.code for s in machine.states if s.initial), *after]:
        path: list[tuple[str, Iterator[str]]] = [] if first in seen else [(first, iter(after[first]))]
        seen.add(first)
        while path:
            here, rest = path[-1]
            target = next(rest, None)
            if target is None:
                path.pop()
            elif target not in {code for code, _ in path}:
                yield here, target
                if target not in seen:
                    seen.add(target)
                    path.append((target, iter(after[target])))


def _layer_of_step(step: Step, levels: Mapping[str, int]) -> int:
    """Just below its state; above its target when it starts in several; below its target when it leads back."""
    sources = [levels[s] for s in step.sources]
    if (
        step.target == RETURN
        or step.target in step.sources
        or (len(sources) == 1 and levels[step.target or ""] > sources[0])
    ):
        return 2 * max(sources) + 1
    target = levels[step.target or ""]
    return 2 * target - 1 if min(sources) < target else 2 * target + 1


class _Wires:
    """Lines from box to box, through bends on the layers between."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self.boxes = list(boxes)
        self.lines: dict[Line, None] = {}
        self.bends: dict[tuple[Box, int], Box] = {}

    def layers(self) -> list[list[Box]]:
        found: list[list[Box]] = [[] for _ in range(max(b.layer for b in self.boxes) + 1)]
        for box in self.boxes:
            found[box.layer].append(box)
        return found

    def join(self, state: Box, step: Box) -> None:
        """Lead from a state to a step; lines to the same step share their bends."""
        self._lead(state, step, owner=step, arrow=False)

    def lead(self, step: Box, state: Box) -> None:
        """Lead from a step to the state it ends in."""
        self._lead(step, state, owner=step, arrow=True)

    def _lead(self, start: Box, end: Box, *, owner: Box, arrow: bool) -> None:
        towards = 1 if end.layer > start.layer else -1
        here = start
        for layer in range(start.layer + towards, end.layer, towards):
            here = self._piece(here, self._bend(owner, layer), arrow=False)
        self._piece(here, end, arrow=arrow)

    def _bend(self, owner: Box, layer: int) -> Box:
        if (owner, layer) not in self.bends:
            self.bends[owner, layer] = Box(f"{owner.key}@{layer}", "bend", layer)
            self.boxes.append(self.bends[owner, layer])
        return self.bends[owner, layer]

    def _piece(self, start: Box, end: Box, *, arrow: bool) -> Box:
        line = Line(start, end, arrow)
        if line not in self.lines:
            self.lines[line] = None
            upper, lower = (start, end) if start.layer < end.layer else (end, start)
            upper.below.append(lower)
            lower.above.append(upper)
        return end


# ------------------------------------------------------------------------------------------ order, places
def _ordered(layers: list[list[Box]]) -> list[list[Box]]:
    """Return the layers with the order of boxes that crosses fewest lines, of several sweeps down and up."""
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            place = {box: n for other in layers for n, box in enumerate(other)}
            layer.sort(key=lambda box: _middle(box.above if down else box.below, place, box))
        crossings = _crossings(layers)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    return best


def _middle(others: Sequence[Box], place: Mapping[Box, int], box: Box) -> float:
    return sum(place[o] for o in others) / len(others) if others else place[box]


def _crossings(layers: Sequence[Sequence[Box]]) -> int:
    place = {box: n for layer in layers for n, box in enumerate(layer)}
    total = 0
    for layer in layers:
        lines = sorted((place[box], place[other]) for box in layer for other in box.below)
        ends = [end for _, end in lines]
        total += sum(a > b for n, a in enumerate(ends) for b in ends[n + 1 :])
    return total


def _place(layers: Sequence[Sequence[Box]]) -> None:
    """Give every box its middle: near the boxes it is joined with, never over its neighbour."""
    top = 0.0
    for layer in layers:
        height = max((b.height for b in layer), default=0.0)
        left = 0.0
        for box in layer:
            box.reach = height / 2
            box.x, box.y = left + box.width / 2, top + height / 2
            left += box.width + GAP_X
        top += height + GAP_Y
    for sweep in range(SETTLINGS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            _settle(layer, [_wish(box, sweep) for box in layer])
    left = min(b.x - b.width / 2 for layer in layers for b in layer)
    for layer in layers:
        for box in layer:
            box.x -= left


def _wish(box: Box, sweep: int) -> float:
    """Where a box would stand: between the boxes above (going down), below (going up), at last between both."""
    near = [*box.above, *box.below] if sweep >= SWEEPS else box.above if sweep % 2 == 0 else box.below
    weights = [_weight(box) * _weight(other) for other in near]
    return sum(o.x * w for o, w in zip(near, weights, strict=True)) / sum(weights) if near else box.x


def _weight(box: Box) -> float:
    """Bends pull most, so that a line over many layers is straight."""
    return STRAIGHT if box.kind == "bend" else 1.0


def _settle(layer: Sequence[Box], wishes: Sequence[float]) -> None:
    """Move the boxes of a layer as near to their wishes as their order and widths allow (pooled neighbours)."""
    offsets, total = [], 0.0
    for n, box in enumerate(layer):
        total += (layer[n - 1].width / 2 + GAP_X + box.width / 2) if n else 0.0
        offsets.append(total)
    pools: list[tuple[float, float, int]] = []  # mean of (wish - offset), its weight, number of boxes
    for box, wish, offset in zip(layer, wishes, offsets, strict=True):
        mean, weight, count = wish - offset, _weight(box), 1
        while pools and pools[-1][0] > mean:
            other, heavy, many = pools.pop()
            mean = (mean * weight + other * heavy) / (weight + heavy)
            weight, count = weight + heavy, count + many
        pools.append((mean, weight, count))
    shifts = [mean for mean, _, count in pools for _ in range(count)]
    for box, offset, shift in zip(layer, offsets, shifts, strict=True):
        box.x = offset + shift


def _frame(layers: Sequence[Sequence[Box]]) -> tuple[float, float]:
    boxes = [b for layer in layers for b in layer]
    return max(b.x + b.width / 2 for b in boxes), max(b.y + b.height / 2 for b in boxes)
