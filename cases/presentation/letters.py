"""The letter by which somebody outside is asked: read on the page of the answer."""
from __future__ import annotations

from collections.abc import Iterator

from django.utils.safestring import SafeString

from cases.effects import paper_as_html
from cases.models import Blob, Event, Part
from cases.presentation.face import Look
from cases.presentation.story import body_of
from cases.presentation.words import label
from cases.store import BlobChanged, BlobMissing, read_blob


def letters_to(look: Look, part: Part) -> list[tuple[str, SafeString]]:
    """Return name and text of the papers that the step which opened the part has issued to the viewer's role."""
    return [(label(look.definition.paper(code)), html) for code, html in _issued(look, part)]


def _issued(look: Look, part: Part) -> Iterator[tuple[str, SafeString]]:
    opened = Event.objects.filter(case=look.case, name__in=_openers(look, part), at__lte=part.opened_at)
    event = opened.order_by("-seq").first()
    for made in body_of(event).get("papers", []) if event is not None else []:
        addressee = set(look.definition.paper(made["paper"]).addressee)
        if made["stage"] == "issue" and addressee & look.roles:
            yield from ((made["paper"], html) for html in _read(made["sha256"]))


def _openers(look: Look, part: Part) -> list[str]:
    steps = (*look.definition.machine.transitions, *look.definition.machine.acts)
    return [step.name for step in steps if any(opening.part == part.kind for opening in step.open)]


def _read(sha256: str) -> Iterator[SafeString]:
    """A letter whose bytes are gone or changed is not shown; the auditor's pages say so."""
    blob = Blob.objects.filter(pk=sha256).first()
    try:
        if blob is not None:
            yield paper_as_html(read_blob(blob))
    except (BlobMissing, BlobChanged):
        return
