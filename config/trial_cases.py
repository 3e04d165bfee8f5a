"""Cases of the trial province, on the way: something to do for everybody who looks in, a few minutes after the start.

They walk as anybody's cases do, through the services, with the values of the golden path that ships with the
procedure; only the days are those of today.
"""
from __future__ import annotations

import datetime as dt
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.clock import local_day
from accounts.models import Organisation, User
from cases.errors import FileRefused, InputFaults, PaperImpossible, ProcedureUnknown
from cases.models import Case
from cases.procedures import definition_by
from cases.services import advance_case, attach_file, open_case
from config.trial import address_of
from workflows.errors import DefinitionError, TransitionRefused
from workflows.registry import SHIPPED
from workflows.scenarios import Action, Scenario, read_scenarios

PROCEDURE = "ngo_aid"
PACE, BEGUN = dt.timedelta(minutes=2), dt.timedelta(hours=1)
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ASKED = (
    "submit", "receive", "assign", "start_validity_check", "ask_opinion", "sign_opinion_request",
    "send_opinion_request",
)  # fmt: skip
OTHERS = ("opinion-2.answer", "opinion-3.answer", "opinion-4.answer", "opinion-5.answer")
TO_CHAIR = ("submit_division", "submit_dept", "sign_submission", "send_submission", "ppc_office_forward")
REFUSED = (TransitionRefused, InputFaults, PaperImpossible, FileRefused, ProcedureUnknown, StopIteration)
SAMPLES = (  # who files, title, steps taken
    ("lan", "Nước sạch cho trường tiểu học An Lam", ()),
    ("hong", "Thư viện xanh cho trường mầm non Gò Mây", ("submit",)),
    ("lan", "Xe lăn cho người khuyết tật phường Bến Lam", (*ASKED, *OTHERS)),
    ("hong", "Thiết bị phòng thí nghiệm hóa học", (*ASKED, "opinion-1.answer", *OTHERS, *TO_CHAIR)),
    (
        "lan", "Trạm lọc nước xã Cù Lao Dài",
        (*ASKED, "opinion-1.answer", *OTHERS, *TO_CHAIR, "ppc_approve", "issue_result"),
    ),
)  # fmt: skip


@dataclass
class Sample:
    """One case on its way through the golden path."""

    golden: Scenario
    now: dt.datetime
    case: Case

    def take(self, name: str) -> None:
        """Take one step as whoever takes it on the golden path."""
        part, _, step = name.rpartition(".")
        self.do(next(a for a in self.golden.steps if (a.do, a.part) == (step, part) and not a.refused))

    def do(self, action: Action) -> None:
        """Take the step of an action; one that names nobody is taken by the system."""
        self.now += PACE
        advance_case(
            case_id=self.case.pk, transition=action.do, actor=person(action.as_) if action.as_ else None, now=self.now,
            part_id=action.part or None, data={**self.dated(action.with_), **dict(self._files(action))},
        )  # fmt: skip

    def attach(self, kind: str, who: User, part: str | None = None) -> str:
        """Put a small file into the case; return its id."""
        drawn = self._wants_picture(kind)
        source = io.BytesIO(png() if drawn else pdf(f"{kind} {self.case.submission_code} {part or ''}"))
        name = f"{kind.rpartition(':')[2]}.{'png' if drawn else 'pdf'}"
        kept = attach_file(
            case_id=self.case.pk, kind=kind, name=name, source=source, actor=who, now=self.now, part_id=part
        )
        return str(kept.pk)

    def dated(self, values: Any) -> Any:
        """Return values with the golden path's days moved to now, and people in place of their names."""
        return moved(values, written_on(self.golden), local_day(self.now))

    def _wants_picture(self, kind: str) -> bool:
        """Whether a component of the dossier takes no PDF: a photograph."""
        asked = definition_by(self.case.definition.hash).attachments
        return any(a.code == kind and "pdf" not in a.types for a in asked)

    def _files(self, action: Action) -> Iterator[tuple[str, str]]:
        for name in action.files:
            yield name, self.attach(f"ask:{name}", person(action.as_), action.part or None)


def load_cases(*, now: dt.datetime) -> list[str]:
    """Put the sample cases into a province that has none; return why one stands still, where one does."""
    if Case.objects.exists():
        return []
    try:
        golden = read_scenarios(SHIPPED / PROCEDURE / "v1").scenarios[0]
    except (DefinitionError, IndexError) as wrong:
        return [str(wrong)]
    said = (
        walked(PROCEDURE, golden, who, {"title_vi": title}, steps, now=now - BEGUN) for who, title, steps in SAMPLES
    )
    return [f"{PROCEDURE}: {refused}" for refused in said if refused]


def walked(
    procedure: str, path: Scenario, who: str, changed: dict[str, Any], steps: Sequence[str], *, now: dt.datetime
) -> str:
    """Walk one sample along a path; "" when it stands where it should.

    `changed`: what its dossier says otherwise, None takes out. An edited procedure may stop a sample, but not the demo.
    """
    try:
        sample = opened_as(procedure, path, who, changed, now)
        for step in steps:
            sample.take(step)
    except REFUSED as refused:
        return str(refused)
    return ""


def opened_as(procedure: str, path: Scenario, who: str, changed: dict[str, Any], now: dt.datetime) -> Sample:
    """Open the case of a path with its files, for the organisation that the path names or for the person alone."""
    filer, given = person(who), moved({**path.given.dossier, **changed}, written_on(path), local_day(now))
    organisation = Organisation.objects.filter(code=path.given.organisation).first()
    own = {"contact_name": filer.full_name, "contact_email": filer.email}
    values = {name: value for name, value in {**given, **own}.items() if value is not None}
    opened = open_case(procedure=procedure, actor=filer, now=now, organisation=organisation, values=values)
    sample = Sample(path, now, opened.case)
    for kind in path.given.attachments:
        sample.attach(kind, filer)
    return sample


def person(name: str) -> User:
    """Return somebody of the trial province by the short name."""
    return User.objects.get(email=address_of(name))


def written_on(path: Scenario) -> dt.date:
    """Return the day on which a path is filed."""
    return dt.date.fromisoformat(path.given.at[:10])


def moved(values: Any, written: dt.date, today: dt.date) -> Any:
    """Return values that were written on a day with every ISO day as far from today, `@today` and `@person` put in."""
    if isinstance(values, dict):
        return {name: moved(value, written, today) for name, value in values.items()}
    if isinstance(values, list):
        return [moved(value, written, today) for value in values]
    if not isinstance(values, str):
        return values
    if values.startswith("@person "):
        return str(person(values.removeprefix("@person ")).pk)
    if values == "@today":
        return today.isoformat()
    if ISO_DAY.fullmatch(values) is None:
        return values
    return (dt.date.fromisoformat(values) + (today - written)).isoformat()


def png(width: int = 400, height: int = 600) -> bytes:
    """Return a grey picture of the size of a passport photograph."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))  # 8 bits of grey
    lines = zlib.compress((b"\0" + b"\xc8" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def pdf(text: str) -> bytes:
    """Return a page of A4 with nothing on it but a line that makes its bytes its own."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    )
    made, places = b"%PDF-1.4\n% " + text.encode("ascii", "ignore") + b"\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"xref\n0 4\n0000000000 65535 f \n" + table + (
        b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(made)
    )
