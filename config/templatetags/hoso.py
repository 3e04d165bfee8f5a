"""Words, days, money and page parts for templates. Registered as built-in: no template loads it.

Texts stand in templates as pairs, `{% say "Nộp hồ sơ" "Submit" %}`, Vietnamese first: a page cannot be
half translated, and whoever changes one language sees the other.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from lucide.templatetags.lucide import lucide

from accounts.clock import LOCAL
from cases.public_status import PublicStatus, public_status

register = template.Library()

WHOLE_CURRENCIES = {"VND", "JPY", "KRW"}  # no minor unit in use


def in_english() -> bool:
    """Return whether the reader's language is English; everything else reads Vietnamese."""
    return (get_language() or "vi").startswith("en")


def choose(vi: Any, en: Any) -> Any:
    """Return the text of the reader's language."""
    return en if in_english() else vi


# --------------------------------------------------------------------------------------------------------- words
@register.simple_tag
def say(vi: str, en: str, **values: Any) -> SafeString:
    """Write one of two texts; `{name}` in it is replaced by the escaped value of name."""
    text = conditional_escape(choose(vi, en))
    return format_html(text, **values) if values else text


@register.filter
def label(thing: Any) -> str:
    """Return the `vi` or `en` of a record or mapping; a plain string stays as it is."""
    if thing is None or isinstance(thing, str):
        return thing or ""
    name = choose("vi", "en")
    found = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
    return str(found or (thing.get("vi") if isinstance(thing, Mapping) else getattr(thing, "vi", thing)))


@register.filter
def state_label(machine: Any, code: str) -> str:
    """Return the name of a state of a machine; a code that the machine does not know is shown as it is."""
    return next((label(state) for state in machine.states if state.code == code), code)


@register.filter
def what_changed(changed: Any) -> str:
    """Return what somebody else did (cases.errors.CaseChanged) in the reader's language."""
    return str(choose(changed.what_vi, changed.what_en))


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Return mapping[key], or None."""
    return mapping.get(key)


# ----------------------------------------------------------------------------------------------- days and moments
def _local(value: dt.datetime | dt.date | str) -> dt.datetime | dt.date:
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)
    return value.astimezone(LOCAL) if isinstance(value, dt.datetime) else value


@register.filter
def day(value: dt.datetime | dt.date | str | None) -> str:
    """Write a day as 22/11/2026; moments count by the local day."""
    return f"{_local(value):%d/%m/%Y}" if value else ""


@register.filter
def clock(value: dt.datetime | str | None) -> str:
    """Write the time of a moment as 14:05; a mere day has none, and none is invented."""
    found = _local(value) if value else None
    return f"{found:%H:%M}" if isinstance(found, dt.datetime) else ""


@register.filter
def moment(value: dt.datetime | str | None) -> str:
    """Write a moment as 14:05, 22/11/2026."""
    return ", ".join(text for text in (clock(value), day(value)) if text)


@register.filter
def iso(value: dt.datetime | dt.date | None) -> str:
    """Write the machine form for <time datetime>."""
    return _local(value).isoformat() if value else ""


@register.filter
def days_left(left: int | None) -> str:
    """Say in words how many working days are left: negative is overdue, None is no date."""
    if left is None:
        return str(choose("Chưa có hạn", "No due date"))
    if left == 0:
        return str(choose("Hạn hôm nay", "Due today"))
    days = abs(left)
    if left > 0:
        return str(choose(f"Còn {days} ngày làm việc", f"{days} working day{'s' * (days > 1)} left"))
    return str(choose(f"Quá hạn {days} ngày làm việc", f"{days} working day{'s' * (days > 1)} late"))


# -------------------------------------------------------------------------------------------------------- figures
@register.filter
def figure(value: float | int | None, places: int = 0) -> str:
    """Write a number with the reader's separators: 1.234.567,5 or 1,234,567.5; None gives a dash."""
    if value is None:
        return "–"
    text = f"{value:,.{places}f}"
    return text if in_english() else text.translate(str.maketrans(",.", ".,"))


@register.filter
def money(value: Mapping[str, Any] | None) -> str:
    """Write {minor, currency}: 1.250.000 đồng, 1.250,50 USD."""
    if not value:
        return ""
    currency, minor = str(value["currency"]), int(value["minor"])
    places = 0 if currency in WHOLE_CURRENCIES else 2
    amount = figure(minor // 100**bool(places)) if not places else _with_minor(minor)
    return f"{amount} {choose('đồng', 'VND') if currency == 'VND' else currency}"


def _with_minor(minor: int) -> str:
    sign, minor = ("-" if minor < 0 else ""), abs(minor)
    return f"{sign}{figure(minor // 100)}{choose(',', '.')}{minor % 100:02d}"


# ---------------------------------------------------------------------------------------------------------- parts
@register.simple_tag
@cache
def icon(name: str, size: int = 20) -> str:
    """Draw an icon of the lucide package; it decorates, the words beside it speak."""
    return lucide(name, size=size, aria_hidden="true", focusable="false", **{"class": "icon"})


@register.inclusion_tag("partials/tag.html")
def status_tag(number: int | None) -> dict[str, PublicStatus]:
    """Show the public status 1–10 (None: draft) as a tag."""
    return {"status": public_status(number)}


@register.inclusion_tag("partials/deadline.html")
def deadline(due_on: dt.date | None, left: int | None = None, clock: str = "run", soon: int = 2) -> dict[str, Any]:
    """Show a due day and the working days left. clock: run, pause, out (another agency), off, stop."""
    running = clock == "run" and due_on is not None and left is not None
    tone = "off" if not running or left is None else "late" if left < 0 else "soon" if left <= soon else "calm"
    return {"due_on": due_on, "left": left, "clock": clock, "running": running, "tone": tone}


@register.inclusion_tag("partials/field.html")
def field(bound: BoundField, note: str = "") -> dict[str, Any]:
    """Render a bound field with label, hint, error and the links between them that a screen reader needs."""
    tick = isinstance(bound.field.widget, CheckboxInput)
    return {"field": bound, "tick": tick, "note": note, "group": bound.field.widget.use_fieldset}


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Return the present query string with changes; an empty value removes the key."""
    kept = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            kept.pop(name, None)
        else:
            kept[name] = str(value)
    return f"?{kept.urlencode()}"
