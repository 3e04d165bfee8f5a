"""The Jinja of papers: sandboxed, escaping, strict; a template chooses and repeats, it computes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from documents import metrics

BREAK = '</w:t><w:br/><w:t xml:space="preserve">'
RULE_SHARE = 0.4  # the decree: a third to a half of the text
MAX_DEPTH = 2  # loops inside loops
MAX_TAGS = 2_000

ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.NSRef, nodes.Const, nodes.Getattr,
    nodes.Getitem, nodes.For, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.Filter, nodes.Test, nodes.AssignBlock, nodes.Tuple, nodes.List,
)  # fmt: skip


def plain(value: Any) -> str:
    """Return the text behind a value: a block that was set comes escaped and with breaks."""
    if isinstance(value, Markup):
        return Markup(str(value).replace(BREAK, "\n")).unescape()  # noqa: S704  # comes escaped
    return str(value)


def paragraphs(value: str) -> list[str]:
    """Split a long text at its line feeds; empty lines fall out."""
    return [line.strip() for line in plain(value).split("\n") if line.strip()]


def balanced(value: str, room_mm: float, size: float, bold: bool) -> str:  # noqa: FBT001  # called from templates
    return metrics.balanced(plain(value), room_mm, size, bold=bold)


def rule_indent(value: str, room_mm: float, size: float, bold: bool) -> int:  # noqa: FBT001  # called from templates
    return metrics.rule_indent(plain(value), room_mm, size, bold=bold, share=RULE_SHARE)


def first_upper(value: str) -> str:
    text = plain(value)
    return text[:1].upper() + text[1:]


FILTERS: dict[str, Callable[..., Any]] = {
    "paragraphs": paragraphs,
    "balanced": balanced,
    "rule_indent": rule_indent,
    "first_upper": first_upper,
    "upper": lambda value: plain(value).upper(),
    "lower": lambda value: plain(value).lower(),
    "length": len,
    "join": lambda value, sign=", ": sign.join(plain(v) for v in value),
}
TESTS = ("defined", "in", "eq", "ne", "lt", "gt", "ge", "le", "==", "!=", "<", ">", ">=", "<=")


def printed(value: Any) -> Any:
    """Escape a text for XML and turn its line feeds into breaks; refuse whatever is no text and no number."""
    if isinstance(value, Markup | Undefined):
        return value
    if isinstance(value, str):
        safe = escape(value)
        # Escaped above; BREAK is ours.
        return Markup(str(safe).replace("\n", BREAK)) if "\n" in safe else safe  # noqa: S704
    if type(value) is int:
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return printed(", ".join(value))
    raise TypeError(f"a {type(value).__name__} cannot be printed")


def environment() -> ImmutableSandboxedEnvironment:
    """Return the environment in which every template of a paper is compiled."""
    made = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=printed, cache_size=0)
    made.globals.clear()
    made.filters.clear()
    made.filters.update(FILTERS)
    for name in set(made.tests) - set(TESTS):
        del made.tests[name]
    return made


ENVIRONMENT = environment()


def faults_of(tree: nodes.Template) -> list[str]:
    """Name everything in a template that is not choosing, repeating or printing a field."""
    faults = [f"dòng {n.lineno}: {type(n).__name__} không được phép (not allowed)" for n in _strange(tree)]
    faults += [f"thuộc tính {n.attr} không được phép" for n in tree.find_all(nodes.Getattr) if n.attr.startswith("_")]
    faults += [
        f"không có bộ lọc {n.name} (unknown filter)" for n in tree.find_all(nodes.Filter) if n.name not in FILTERS
    ]
    if _depth(tree) > MAX_DEPTH:
        faults.append(f"vòng lặp lồng quá {MAX_DEPTH} cấp (loops nested too deep)")
    if sum(1 for _ in tree.find_all(nodes.Expr)) > MAX_TAGS:
        faults.append(f"quá {MAX_TAGS} biểu thức (too many expressions)")
    return faults


def _strange(tree: nodes.Template) -> list[nodes.Node]:
    strange = [n for n in tree.find_all(nodes.Node) if not isinstance(n, ALLOWED)]
    strange += [n for n in tree.find_all(nodes.For) if n.recursive or n.test]
    strange += [n for n in tree.find_all(nodes.Getitem) if not isinstance(n.arg, nodes.Const)]
    return strange


def _depth(node: nodes.Node) -> int:
    own = 1 if isinstance(node, nodes.For) else 0
    return own + max((_depth(child) for child in node.iter_child_nodes()), default=0)


def used(tree: nodes.Template) -> dict[str, set[str]]:
    """Return the fields that a template reads: name -> columns of it read in loops (empty for a plain value)."""
    fields: dict[str, set[str]] = {}
    _walk(tree, {}, fields)
    return fields


def _walk(node: nodes.Node, loops: dict[str, str], fields: dict[str, set[str]]) -> None:
    """`loops`: names that a template makes itself -> the field looped over ("" for loop and set names)."""
    if isinstance(node, nodes.For):
        _walk(node.iter, loops, fields)
        root = _root(node.iter)
        inner = loops | {"loop": "", getattr(node.target, "name", ""): loops.get(root, root)}
        for child in (*node.body, *node.else_):
            _walk(child, inner, fields)
        return
    if isinstance(node, nodes.AssignBlock):
        loops[getattr(node.target, "name", "")] = ""
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        source = loops.get(node.node.name, node.node.name)
        if source:
            fields.setdefault(source, set()).add(node.attr)
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in loops:
        fields.setdefault(node.name, set())
    for child in node.iter_child_nodes():
        _walk(child, loops, fields)


def _root(node: nodes.Node) -> str:
    while isinstance(node, nodes.Filter | nodes.Getattr | nodes.Getitem) and node.node is not None:
        node = node.node
    return node.name if isinstance(node, nodes.Name) else ""
