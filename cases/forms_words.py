"""Words around a field: what it is, when it is needed (simple conditions of the folder in words), who may see it."""
from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language, gettext

from accounts.role_names import role_name
from workflows.cel_syntax import Node, parse, unquoted
from workflows.definition import Field

SIGNS = {"==": "=", "!=": "≠", ">": ">", ">=": "≥", "<": "<", "<=": "≤"}


def label_of(spec: Field) -> str:
    """Return the name of a field in the language of the page."""
    return spec.en if _english() else spec.vi


def help_of(spec: Field, siblings: Mapping[str, Field]) -> str:
    """Return the help of a field: the folder's own, the form of the answer, when it is needed, who sees it."""
    own = spec.help.get("en" if _english() else "vi", "")
    said = [own or _limits(spec), _form(spec), needed_when(spec.required, siblings), _seen_by(spec)]
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in said if text)


def needed_when(required: bool | str, siblings: Mapping[str, Field]) -> str:  # noqa: FBT001  # a literal or CEL
    """Return when something is required, in words: nothing to say for always and never."""
    if isinstance(required, bool):
        return ""
    condition = in_words(required, siblings)
    if condition:
        return gettext("Bắt buộc khi %(condition)s.") % {"condition": condition}
    return gettext("Bắt buộc trong một số trường hợp; khi kiểm tra hồ sơ, hệ thống sẽ báo nếu cần.")


def in_words(condition: str, siblings: Mapping[str, Field]) -> str:
    """Return a condition in words when it compares fields with values, else an empty text."""
    try:
        return _words(parse(condition), siblings)
    except (ValueError, KeyError, LookupError):
        return ""


def _words(node: Node, siblings: Mapping[str, Field]) -> str:
    if node.kind == "group":
        return _words(node.kids[0], siblings)
    if node.kind == "select":
        return _is(siblings[node.text], gettext("Có"))
    if node.kind == "unary" and node.text == "!":
        return _negated(node.kids[0], siblings)
    if node.kind == "binary" and node.text in ("&&", "||"):
        word = gettext("và") if node.text == "&&" else gettext("hoặc")
        return f" {word} ".join(_words(kid, siblings) for kid in node.kids)
    if node.kind == "binary" and node.text in (*SIGNS, "in"):
        return _compared(node, siblings)
    raise LookupError(node.kind)


def _negated(node: Node, siblings: Mapping[str, Field]) -> str:
    inner = node.kids[0] if node.kind == "group" else node
    if inner.kind == "select":
        return _is(siblings[inner.text], gettext("Không"))
    if inner.kind == "binary" and inner.text == "in":
        return _among(inner, siblings, gettext("không phải là"))
    raise LookupError(inner.kind)


def _compared(node: Node, siblings: Mapping[str, Field]) -> str:
    left, right = node.kids
    if node.text == "in":
        return _among(node, siblings, gettext("là"))
    if left.kind == "select" and left.text == "minor" and right.text == "0":
        return f"“{label_of(siblings[left.kids[0].text])}” {SIGNS[node.text]} 0"
    spec = siblings[left.text]
    if right.kind == "text":
        verb = {"==": gettext("là"), "!=": gettext("không phải là")}[node.text]
        return f"“{label_of(spec)}” {verb} “{_value(spec, unquoted(right.text))}”"
    if right.kind in ("int", "double"):
        return f"“{label_of(spec)}” {SIGNS[node.text]} {right.text}"
    raise LookupError(right.kind)


def _among(node: Node, siblings: Mapping[str, Field], verb: str) -> str:
    spec = siblings[node.kids[0].text]
    values = [f"“{_value(spec, unquoted(kid.text))}”" for kid in node.kids[1].kids]
    return f"“{label_of(spec)}” {verb} {(' ' + gettext('hoặc') + ' ').join(values)}"


def _is(spec: Field, answer: str) -> str:
    if spec.base != "bool":
        raise LookupError(spec.name)
    return f"“{label_of(spec)}” {gettext('là')} “{answer}”"


def _value(spec: Field, value: str) -> str:
    return str(spec.labels.get(value, {}).get("en" if _english() else "vi", value))


def _form(spec: Field) -> str:
    """Return how the answer is written, where the control does not show it."""
    if spec.base in ("date", "day"):
        return gettext("Ngày/tháng/năm, ví dụ 24/11/2026.")
    if spec.base == "datetime":
        return gettext("Ngày/tháng/năm và giờ, ví dụ 24/11/2026 09:00.")
    return ""


def _limits(spec: Field) -> str:
    if spec.min_len and spec.base in ("text", "long_text"):
        return gettext("Ít nhất %(n)d ký tự.") % {"n": spec.min_len}
    if spec.max_len and spec.base in ("text", "long_text"):
        return gettext("Không quá %(n)d ký tự.") % {"n": spec.max_len}
    if spec.min is not None and spec.max is not None:
        return gettext("Từ %(low)g đến %(high)g.") % {"low": spec.min, "high": spec.max}
    if spec.min is not None:
        return gettext("Từ %(low)g trở lên.") % {"low": spec.min}
    return gettext("Không quá %(high)g.") % {"high": spec.max} if spec.max is not None else ""


def _seen_by(spec: Field) -> str:
    """Return who sees a sensitive value: nobody gives an account number without knowing that."""
    if not spec.sensitive:
        return ""
    officers = [role_name(role) for role in spec.visible_to if role not in ("applicant", "sending_agency")]
    if not officers:
        return gettext("Thông tin nhạy cảm: mọi lần xem đều được ghi lại.")
    return gettext("Thông tin nhạy cảm, chỉ những người sau được xem và mọi lần xem đều được ghi lại: %(who)s.") % {
        "who": ", ".join(officers)
    }


def _english() -> bool:
    return (get_language() or "vi").startswith("en")
