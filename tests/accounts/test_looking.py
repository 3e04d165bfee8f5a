"""What a page reads once, and what a step reads again."""

from __future__ import annotations

import itertools

from accounts.looking import looking, once


def test_while_one_looks_a_thing_is_read_once_and_the_next_look_reads_it_again() -> None:
    numbers = itertools.count(1)

    def ask() -> int:
        return once("roles of Nga", lambda: next(numbers))

    with looking():
        with looking():
            first = ask()
        assert (first, ask()) == (1, 1)
    assert [ask(), ask()] == [2, 3]  # outside any look, as a step is: every time
    with looking():
        assert ask() == 4
