"""Our reader of CEL and cel-python see the same tree; what ours does not support is refused, never misread."""

from __future__ import annotations

from typing import Any

import cel
import celpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.cel_syntax import MAX_DEPTH, Node, SyntaxFault, parse, unquoted

READER = celpy.Environment()
SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in", "add": "+", "sub": "-",
         "mul": "*", "div": "/", "mod": "%", "neg": "-", "not": "!"}  # fmt: skip
CLIMBED = {"conditionalor": "||", "conditionaland": "&&"}


def ours(node: Node) -> Any:
    if node.kind == "group":
        return ours(node.kids[0])
    return [node.kind, node.text, *map(ours, node.kids)]


def theirs(tree: Any) -> Any:
    name, kids = tree.data, tree.children
    if name == "expr" and len(kids) == 3:
        return ["choice", "?", *map(theirs, kids)]
    if len(kids) == 1 and name in (
        "expr",
        "relation",
        "addition",
        "multiplication",
        "unary",
        "member",
        "primary",
        "paren_expr",
        *CLIMBED,
    ):
        return theirs(kids[0])
    if name in CLIMBED:
        return ["binary", CLIMBED[name], *map(theirs, kids)]
    if name == "unary":
        return ["unary", SIGNS[kids[0].data.removeprefix("unary_")], theirs(kids[1])]
    if name in ("relation", "addition", "multiplication"):
        return ["binary", SIGNS[kids[0].data.split("_")[1]], theirs(kids[0].children[0]), theirs(kids[1])]
    if name == "ident":
        return ["name", str(kids[0])]
    if name == "ident_arg":
        return ["call", str(kids[0]), *inside(kids[1:])]
    if name == "member_dot":
        return ["select", str(kids[1]), theirs(kids[0])]
    if name == "member_dot_arg":
        return ["method", str(kids[1]), theirs(kids[0]), *inside(kids[2:])]
    if name == "member_index":
        return ["index", "", *map(theirs, kids)]
    if name in ("list_lit", "map_lit"):
        return [name.removesuffix("_lit"), "", *inside(kids)]
    kind = {"INT_LIT": "int", "FLOAT_LIT": "double", "STRING_LIT": "text", "BOOL_LIT": "bool", "NULL_LIT": "null"}
    return [kind[kids[0].type], str(kids[0])]


def inside(lists: list[Any]) -> list[Any]:
    return [theirs(kid) for kid in lists[0].children] if lists else []


def expressions() -> st.SearchStrategy[str]:
    names = st.sampled_from(["case", "dossier", "p", "now_day"])
    leaves = names | st.sampled_from(["1", "0.5", "'đã ký'", '"a\\"b"', "true", "null", "[]", "{}", "now()"])

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        signs = st.sampled_from(["&&", "||", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"])
        return st.one_of(
            st.tuples(inner, signs, inner).map(" ".join),
            # The grammar of CEL has no bare choice between ? and : .
            st.tuples(inner, inner, inner).map(lambda t: f"{t[0]} ? ({t[1]}) : {t[2]}"),
            inner.map("({})".format),
            inner.map("!({})".format),
            inner.map("-({})".format),
            names.map("{}.field".format),
            inner.map("({}).state".format),
            st.tuples(inner, inner).map(lambda t: f"({t[0]})[{t[1]}]"),
            st.tuples(names, inner).map(lambda t: f"{t[0]}.all(m, {t[1]})"),
            st.lists(inner, max_size=3).map(lambda t: f"[{', '.join(t)}]"),
            st.lists(inner, max_size=3).map(lambda t: f"size({', '.join(t)})"),
            st.lists(inner, max_size=2).map(lambda t: "{" + ", ".join(f"'k{i}': {v}" for i, v in enumerate(t)) + "}"),
        )

    return st.recursive(leaves, grow, max_leaves=12)


@given(expressions())
def test_both_readers_see_the_same_tree(text: str) -> None:
    assert ours(parse(text)) == theirs(READER.compile(text))


@given(expressions())
def test_the_evaluator_reads_what_we_read(text: str) -> None:
    parse(text)
    cel.compile(text)


@given(st.text(alphabet="ab.()[]{}'\"\\!=<>&|?:,+-*/% 01\nnđr", max_size=30))
def test_any_other_text_is_refused_or_read_alike(text: str) -> None:
    try:
        tree = ours(parse(text))
    except SyntaxFault:
        return
    assert tree == theirs(READER.compile(text))
    cel.compile(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "a +",
        "(a",
        "a)",
        "[a",
        "{'k' 1}",
        "a.",
        "a..b",
        "a ? b ? c : d : e",
        ".a",
        "a ? b",
        "b'bytes'",
        "r'raw'",
        "'''long'''",
        "1.",
        "1u",
        "0x1F",
        "1e5",
        "a.?b",
        "Message{a: 1}",
        "!!a",
        "--a",
        "if",
        "a.while",
        "'a",
        "'\\x41'",
        "a = b",
        "a & b",
        "in",
        "a == 'đ' đ",
        "đơn",
    ],
)
def test_what_procedures_do_not_need_is_refused(text: str) -> None:
    with pytest.raises(SyntaxFault):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 60 + "a" + ")" * 60,
        "[" * 60 + "]" * 60,
        "a ? b : " * 60 + "c",
        " + ".join("a" * 300),
        "a" * 5000,
        "f(" * 60 + ")" * 60,
        "a[" * 60 + "0" + "]" * 60,
    ],
)
def test_an_expression_cannot_drive_the_evaluator_out_of_its_stack(text: str) -> None:
    with pytest.raises(SyntaxFault):
        parse(text)


def test_nesting_up_to_the_limit_is_read() -> None:
    text = "(" * (MAX_DEPTH - 1) + "a" + ")" * (MAX_DEPTH - 1)
    assert ours(parse(text)) == ["name", "a"]


def test_a_node_knows_its_place_in_the_source() -> None:
    text = "case.state == 'đã ký' && size(parts.opinion) > 1"
    places = [text[n.start : n.end] for n in parse(text).walk()]
    assert places[:3] == [text, "case.state == 'đã ký'", "case.state"]
    assert "size(parts.opinion)" in places


def test_a_quoted_text_is_unquoted() -> None:
    assert unquoted(r"'l\'accord \\ \"x\"'") == 'l\'accord \\ "x"'
