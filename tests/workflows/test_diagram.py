"""A machine is drawn so that everybody can read it: no box over another, every state and step, also in words."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.sample_procedure import both, procedure, sample, state, step, transition
from workflows.definition import Machine
from workflows.diagram import mermaid, svg, text_width
from workflows.diagram_layout import GAP_X, Box, Layout, layout, levels_of

SPACE = "{http://www.w3.org/2000/svg}"
MACHINE = procedure().machine


def drawn(machine: Machine = MACHINE, **more: Any) -> Xml.Element:
    return Xml.fromstring(svg(machine, title="Cấp phép", **more))


def machine_of(states: int, steps: list[tuple[list[int], int]]) -> Machine:
    """A machine of numbered states; a target below zero is @return."""
    return Machine.model_validate(
        {
            "states": [state(f"s{n}", initial=n == 0, terminal=n == states - 1) for n in range(states)],
            "transitions": [
                step(f"t{n}", [f"s{s}" for s in sources], f"s{target}" if target >= 0 else "@return", ["clerk"])
                for n, (sources, target) in enumerate(steps)
            ],
        }
    )


def machines() -> st.SearchStrategy[Machine]:
    def steps(states: int) -> st.SearchStrategy[Machine]:
        code = st.integers(0, states - 1)
        one = st.tuples(st.lists(code, min_size=1, max_size=4, unique=True), code | st.just(-1))
        return st.lists(one, max_size=14).map(lambda found: machine_of(states, found))

    return st.integers(1, 9).flatmap(steps)


def laid_out(machine: Machine) -> Layout:
    states = {s.code: Box(s.code, "state", 0, (s.code,), 80.0, 34.0) for s in machine.states}
    steps = {t.name: Box(t.name, "step", 0, (t.name,), 50.0, 18.0) for t in machine.transitions}
    return layout(machine, states, steps)


class TestLayout:
    @given(machines())
    def test_no_box_stands_over_another(self, machine: Machine) -> None:
        boxes = laid_out(machine).boxes
        for one in boxes:
            for other in boxes:
                if one is not other and abs(one.y - other.y) < (one.height + other.height) / 2:
                    assert abs(one.x - other.x) >= (one.width + other.width) / 2 + GAP_X - 0.01

    @given(machines())
    def test_lines_run_between_neighbouring_layers_alone(self, machine: Machine) -> None:
        assert all(abs(line.start.layer - line.end.layer) == 1 for line in laid_out(machine).lines)

    @given(machines())
    def test_every_step_is_joined_with_its_states(self, machine: Machine) -> None:
        found = laid_out(machine)
        after: dict[str, set[str]] = {}
        for line in found.lines:
            after.setdefault(line.start.key, set()).add(line.end.key)
        for one in machine.transitions:
            for source in one.sources:
                assert one.name in reached(source, after)
            if one.target != "@return":
                assert one.target in reached(one.name, after)

    @given(machines())
    def test_the_picture_is_as_large_as_what_it_shows(self, machine: Machine) -> None:
        found = laid_out(machine)
        assert min(b.x - b.width / 2 for b in found.boxes) == pytest.approx(0)
        assert max(b.x + b.width / 2 for b in found.boxes) == pytest.approx(found.width)

    def test_the_first_state_stands_on_top_and_each_next_one_below(self) -> None:
        levels = levels_of(MACHINE)
        order = ["draft", "received", "review", "signed", "issued"]
        assert [levels[code] for code in order] == [0, 1, 2, 3, 4]

    def test_a_way_back_does_not_push_a_state_down(self) -> None:
        machine = machine_of(3, [([0], 1), ([1], 2), ([2], 0), ([2], 1)])
        assert levels_of(machine) == {"s0": 0, "s1": 1, "s2": 2}


def reached(start: str, after: dict[str, set[str]]) -> set[str]:
    """What the lines lead to through bends alone, up to the first state or step."""
    found, waiting = set(), list(after.get(start, ()))
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += after.get(here, ()) if "@" in here else ()
    return found


class TestSvg:
    def test_every_state_and_every_step_is_shown_once(self) -> None:
        found = drawn()
        assert sorted(g.get("data-state", "") for g in found.iter(f"{SPACE}g") if g.get("data-state")) == sorted(
            s.code for s in MACHINE.states
        )
        assert sorted(
            g.get("data-transition", "") for g in found.iter(f"{SPACE}g") if g.get("data-transition")
        ) == sorted(t.name for t in MACHINE.transitions)

    def test_nothing_in_it_needs_a_looser_content_security_policy(self) -> None:
        text = svg(MACHINE, title="Cấp phép", current="review", counts={"review": 2})
        assert "style" not in text
        assert "script" not in text
        assert "url(" not in text
        assert not re.search(r"\son\w+=", text)

    def test_every_colour_is_that_of_the_text_around_it(self) -> None:
        colours = {e.get(name) for e in drawn(current="review").iter() for name in ("fill", "stroke") if e.get(name)}
        assert colours == {"none", "currentColor"}

    def test_its_title_and_description_are_read_aloud(self) -> None:
        found = drawn(current="review", counts={"received": 3}, ident="case")
        named = {e.get("id"): e.text or "" for e in found.iter() if e.get("id")}
        assert found.get("role") == "img"
        assert found.get("aria-labelledby") == "case-title case-desc"
        assert named["case-title"] == "Cấp phép"
        assert "6 trạng thái, 6 bước. Hiện tại: review." in named["case-desc"]
        assert "received (3 hồ sơ): review → review, withdraw → withdrawn." in named["case-desc"]

    def test_the_present_state_is_marked(self) -> None:
        marked = [
            g.get("data-state") for g in drawn(current="review").iter(f"{SPACE}g") if "current" in g.get("class", "")
        ]
        assert marked == ["review"]

    def test_how_many_cases_stand_in_a_state_is_shown(self) -> None:
        group = next(g for g in drawn(counts={"received": 12}).iter(f"{SPACE}g") if g.get("data-state") == "received")
        assert "(12 hồ sơ)" in "".join(group.itertext())

    @pytest.mark.parametrize(("language", "label"), [("vi", "Đang soạn"), ("en", "Draft")])
    def test_it_speaks_both_languages(self, language: str, label: str) -> None:
        changed = sample()
        changed["machine"]["states"][0].update(vi="Đang soạn", en="Draft")
        texts = "".join(drawn(procedure(changed).machine, language=language).itertext())
        assert label in texts

    def test_a_label_is_text_and_never_markup(self) -> None:
        changed = sample()
        transition(changed, "sign").update(both("<script>alert('x')</script> & \"co\""))
        found = drawn(procedure(changed).machine)
        assert "script>alert" in "".join(found.itertext())
        assert {e.tag.removeprefix(SPACE) for e in found.iter()} <= {
            "svg", "title", "desc", "g", "rect", "path", "circle", "text", "tspan",
        }  # fmt: skip

    def test_a_long_label_is_broken_and_fits_its_box(self) -> None:
        changed = sample()
        changed["machine"]["states"][2].update(both("Đang chờ Chủ tịch Ủy ban nhân dân tỉnh ký quyết định"))
        group = next(g for g in drawn(procedure(changed).machine).iter(f"{SPACE}g") if g.get("data-state") == "review")
        rect = next(group.iter(f"{SPACE}rect"))
        lines = [t.text or "" for t in group.iter(f"{SPACE}tspan")]
        assert len(lines) >= 2
        assert all(text_width(line, 13.0) <= float(rect.get("width", "0")) for line in lines)

    def test_a_step_that_returns_is_drawn_with_its_sign(self) -> None:
        group = next(g for g in drawn().iter(f"{SPACE}g") if g.get("data-transition") == "send_back")
        assert "".join(group.itertext()) == "send_back ↩"

    def test_the_machine_of_a_part_is_drawn_too(self) -> None:
        assert drawn(procedure().part("opinion").machine) is not None


class TestMermaid:
    def test_it_names_states_steps_beginning_and_ends(self) -> None:
        text = mermaid(MACHINE)
        assert text.startswith("stateDiagram-v2\n")
        assert '    state "received" as received\n' in text
        assert "    [*] --> draft\n" in text
        assert "    received --> review: review\n" in text
        assert "    review --> withdrawn: withdraw\n" in text
        assert "    issued --> [*]\n" in text

    def test_the_present_state_is_marked(self) -> None:
        assert "    class review current\n" in mermaid(MACHINE, current="review")

    def test_a_label_cannot_end_its_line(self) -> None:
        changed = sample()
        transition(changed, "sign").update(both('Ký; "gấp"\nngay #1'))
        assert "review --> signed: Ký#59; #quot;gấp#quot; ngay #35;1\n" in mermaid(procedure(changed).machine)

    def test_it_speaks_both_languages(self) -> None:
        changed = sample()
        transition(changed, "sign").update(vi="Ký", en="Sign")
        machine = procedure(changed).machine
        assert "review --> signed: Ký\n" in mermaid(machine)
        assert "review --> signed: Sign\n" in mermaid(machine, language="en")
