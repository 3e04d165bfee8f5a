"""The block above a signature: who signs in whose place (TM., KT., TL., TUQ., Q. of Nghị định 30/2020/NĐ-CP)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.clock import local_day
from accounts.models import Mandate
from cases.effects import PaperJob
from documents.office import Issuer, Rows, signer_row
from documents.printed import long_day

DIRECT = "truc_tiep"


@dataclass(frozen=True, slots=True)
class Signature:
    """`lines`: printed in capitals one below the other; `mandate`: the document of a TUQ. signature."""

    form: str
    lines: tuple[str, ...]
    name: str
    title: str
    mandate: str = ""

    def as_context(self) -> dict[str, object]:
        return {
            "signature_lines": list(self.lines),
            "signer_name": self.name,
            "signer_title": self.title,
            "signing_authority": self.lines[0] if len(self.lines) > 1 else "",
            "mandate_line": self.mandate,
        }


def lines_of(form: str, issuer: Issuer, title: str, grantor: str = "") -> tuple[str, ...]:
    """Return the lines of a form of signing: KT. GIÁM ĐỐC over PHÓ GIÁM ĐỐC.

    A deputy of a collective body signs for the body and for its head; who signs under a mandate, for the
    `grantor` (a title).
    """
    collective = (f"TM. {issuer.body}",) if issuer.collective else ()
    head = issuer.head_title or title
    return {
        DIRECT: (title,),
        "tm": (f"TM. {issuer.body}", title),
        "kt": (*collective, f"KT. {head}", title),
        "tl": (f"TL. {head}", title),
        "tuq": (f"TUQ. {grantor or head}", title),
        "q": (*collective, f"Q. {head}"),
    }[form]


def expected(job: PaperJob, issuer: Issuer, rows: Rows) -> Signature:
    """Return the block of a draft: the office's ordinary signer in the ordinary form."""
    row = signer_row(job.paper, rows)
    title = row.get("title") or issuer.head_title
    form = "tm" if issuer.collective else DIRECT
    return Signature(form, lines_of(form, issuer, title), row.get("name", ""), title)


def given(job: PaperJob, issuer: Issuer, rows: Rows) -> Signature:
    """Return the block of the person who signs in this step; a recorded signature names the recorded person."""
    form = job.ask.get("signing_form") or ("tm" if issuer.collective else DIRECT)
    name, title = _person(job, signer_row(job.paper, rows), issuer)
    mandate = mandate_of(job) if form == "tuq" else None
    grantor = mandate.grantor.title if mandate is not None else ""
    return Signature(form, lines_of(form, issuer, title, grantor), name, title, _told(mandate))


def _person(job: PaperJob, known: Mapping[str, str], issuer: Issuer) -> tuple[str, str]:
    if job.recorded:
        # The name stands on the signed original; the system never signs for it.
        return job.ask.get("outside_signer") or known.get("name", ""), known.get("title") or issuer.head_title
    if job.actor is None:
        return known.get("name", ""), known.get("title") or issuer.head_title
    return job.actor.full_name, job.actor.title or known.get("title") or issuer.head_title


def mandate_of(job: PaperJob) -> Mandate | None:
    """Return the mandate in force that covers this paper of a TUQ. signature (one statement)."""
    day = local_day(job.now)
    held = Mandate.objects.filter(
        grantee=job.actor, form="tuq", valid_from__lte=day, valid_to__gte=day, revoked_on=None
    )
    if job.acting_for is not None:
        held = held.filter(grantor=job.acting_for)
    ordered = held.select_related("grantor").order_by("-valid_from")
    names = (job.paper.code, job.step.name)
    return next((m for m in ordered if any(m.covers(job.case.procedure, name) for name in names)), None)


def _told(mandate: Mandate | None) -> str:
    """Return the line that names the mandate, empty without one."""
    if mandate is None:
        return ""
    return f"Theo văn bản ủy quyền số {mandate.document_no} {long_day(mandate.document_date)}"
