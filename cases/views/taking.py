"""One person about to take one step: the services that the page calls, each with the same arguments."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from cases.models import Case, Part
from cases.presentation.face import Look
from cases.presentation.steps import address_of
from cases.presentation.words import label
from cases.services import Outcome, Possible, advance_case, preview_step, save_dossier, save_part
from cases.views.answers import key_of, version_of
from workflows.definition import Paper

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Preview = list[tuple[Paper, bytes]]


@dataclass(slots=True)
class Taking:
    """Who takes which step of what, and for whom."""

    look: Look
    part: Part | None
    name: str
    acting_for: User | None
    possible: Possible | None  # None: no person takes such a step

    @property
    def title(self) -> str:
        return label(self.possible.step) if self.possible is not None else self.name

    @property
    def part_name(self) -> str:
        return self.look.part_name(self.part) if self.part is not None else ""

    @property
    def address(self) -> str:
        return address_of(self.look.case, self.part, self.name)

    @property
    def record(self) -> Case | Part:
        return self.part if self.part is not None else self.look.case

    @property
    def version(self) -> int:
        """The version of the record as this page was opened on it."""
        return int(self.record.version)

    @property
    def part_key(self) -> str | None:
        return self.part.key if self.part is not None else None

    def check_version(self, request: HttpRequest) -> None:
        """Refuse a stale form before anything of it is stored. Raises CaseChanged."""
        if version_of(request) not in (None, self.version):
            self.advance(request, {})

    def advance(self, request: HttpRequest, data: Mapping[str, Any]) -> Outcome:
        """Take the step with what was filled in, on the version that the form was opened on."""
        return advance_case(
            case_id=self.look.case.pk, transition=self.name, part_id=self.part_key, actor=self.look.viewer,
            acting_for=self.acting_for, now=self.look.now, expected_version=version_of(request),
            idempotency_key=key_of(request), data=data,
        )

    def drafts(self, data: Mapping[str, Any]) -> Preview:
        """Return the papers that the step would make."""
        return preview_step(
            case_id=self.look.case.pk, name=self.name, part_id=self.part_key, actor=self.look.viewer,
            acting_for=self.acting_for, now=self.look.now, data=data,
        )

    def save(self, request: HttpRequest, values: Mapping[str, Any]) -> Outcome:
        """Keep findings in the dossier, or in the part."""
        if self.part is not None:
            return save_part(
                case_id=self.look.case.pk, part_id=self.part.key, actor=self.look.viewer, now=self.look.now,
                values=values, expected_version=version_of(request),
            )
        return save_dossier(
            case_id=self.look.case.pk, actor=self.look.viewer, now=self.look.now, values=values,
            expected_version=version_of(request),
        )


def docx_answer(paper: Paper, body: bytes) -> HttpResponse:
    """Return a draft as a file of its own."""
    answer = HttpResponse(body, content_type=WORD)
    answer["Content-Disposition"] = f'attachment; filename="du-thao-{paper.code}.docx"'
    return answer
