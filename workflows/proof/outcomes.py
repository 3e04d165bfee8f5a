"""What a rule can still answer when little is known: the state, or that a paper is not signed yet.

Everything that is not known may be anything, so what comes out is never too little: a rule that cannot be true here
is never true there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.cel_syntax import Node, SyntaxFault, parse, unquoted
from workflows.cel_text import asks_presence, ungrouped
from workflows.definition import Machine, State, Step

Known = Mapping[str, Any]  # "case.state" -> "draft"
EITHER = frozenset({True, False})


def outcomes(node: Node, known: Known) -> frozenset[bool]:
    """Return the answers that a rule can give."""
    node = ungrouped(node)
    if node.kind == "unary" and node.text == "!":
        return frozenset(not a for a in outcomes(node.kids[0], known))
    if node.kind == "choice":
        return _choice(node, known)
    if node.kind == "binary" and node.text in ("&&", "||"):
        pairs = [(a, b) for a in outcomes(node.kids[0], known) for b in outcomes(node.kids[1], known)]
        return frozenset((a and b) if node.text == "&&" else (a or b) for a, b in pairs)
    if node.kind == "binary":
        return _comparison(node, known)
    value = constant(node, known)
    return frozenset({value}) if isinstance(value, bool) else EITHER


def _choice(node: Node, known: Known) -> frozenset[bool]:
    branches = {True: node.kids[1], False: node.kids[2]}
    return frozenset().union(*(outcomes(branches[a], known) for a in outcomes(node.kids[0], known)))


def _comparison(node: Node, known: Known) -> frozenset[bool]:
    left, right = constant(node.kids[0], known), constant(node.kids[1], known)
    if asks_presence(node):
        return EITHER if left is None else frozenset({node.text == "!="})
    if left is None or right is None:
        return EITHER
    if node.text == "in" and isinstance(right, list):
        return frozenset({left in right})
    return frozenset({(left == right) == (node.text == "==")}) if node.text in ("==", "!=") else EITHER


def constant(node: Node, known: Known) -> Any:
    """Return the value of a literal, of a list of literals or of a known path; None when it is not known."""
    node = ungrouped(node)
    if node.kind == "text":
        return unquoted(node.text)
    if node.kind in ("bool", "int"):
        return node.text == "true" if node.kind == "bool" else int(node.text)
    if node.kind == "list":
        items = [constant(kid, known) for kid in node.kids]
        return None if None in items else items
    return known.get(path(node))


def path(node: Node) -> str:
    """Return a field path as text, empty when the node is something else."""
    node = ungrouped(node)
    if node.kind == "name":
        return node.text
    base = path(node.kids[0]) if node.kind == "select" else ""
    return f"{base}.{node.text}" if base else ""


def wished(node: Node, *, positive: bool = True) -> Iterator[str]:
    """Yield the paths whose truth helps the rule to pass: not those behind a `!`."""
    node = ungrouped(node)
    if node.kind == "unary" and node.text == "!":
        yield from wished(node.kids[0], positive=not positive)
    elif node.kind == "choice" or (node.kind == "binary" and node.text in ("&&", "||")):
        for kid in node.kids:
            yield from wished(kid, positive=positive)
    elif positive and path(node):
        yield path(node)


def in_state(scope: str, state: State) -> dict[str, Any]:
    """Return what is known of a case or part (scope) in a state."""
    return {f"{scope}.state": state.code, f"{scope}.closed": state.closed, f"{scope}.clock": state.clock}


def possible(step: Step, scope: str, state: State) -> bool:
    """Whether the rules of a step can all hold in this state, as far as the state decides."""
    rules = [g.cel for g in step.require if g.cel is not None]
    if step.allowed_when is not None:
        rules.append(step.allowed_when)
    return all(_can_hold(text, in_state(scope, state)) for text in rules)


def _can_hold(text: str, known: Known) -> bool:
    try:
        return True in outcomes(parse(text), known)
    except SyntaxFault:
        return True  # the check of expressions names it


def state_of(machine: Machine, code: str) -> State | None:
    """Return a state of a machine, None when there is none of that code."""
    return next((s for s in machine.states if s.code == code), None)
