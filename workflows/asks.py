"""What a step asks of whoever takes it: its own asks and those that the engine adds by the language's rules."""

from __future__ import annotations

from workflows.definition import Field, Procedure, Step

NUMBER = "number_"
DATE = "date_"
SIGNED_COPY = "signed_"
SCAN = "outside_scan"

OUTSIDE = (
    Field(
        name="outside_no",
        vi="Số, ký hiệu văn bản",
        en="Number and symbol of the document",
        type="text",
        required=True,
        max_len=60,
    ),
    Field(name="outside_date", vi="Ngày văn bản", en="Day of the document", type="date", required=True),
    Field(name="outside_signer", vi="Người ký", en="Signer", type="text", required=True, max_len=200),
    Field(name=SCAN, vi="Bản quét", en="Scan", type="file", required=True),
)


def asks_of(procedure: Procedure, step: Step, *, recorded: bool = False) -> tuple[Field, ...]:
    """Return the fields asked at this step, in order; later ones of the same name are left out.

    A recorded act asks number, day, signer and scan of the outside paper (its own scan where the step asks one);
    issuing a paper of a series that is typed in asks its number and day (language of procedures, head of the common
    layer); issuing a letter or decision of ours offers a place for its digitally signed PDF.
    """
    asked = [*step.ask]
    if recorded and _records_a_document(procedure, step):
        own_scan = scan_of(step) is not None
        asked += [f for f in OUTSIDE if not (own_scan and f.name == SCAN)]
    asked += [f for code in step.papers.issue for f in number_asks(procedure, code)]
    asked += [f for code in step.papers.issue if (f := signed_copy_ask(procedure, code)) is not None]
    names: set[str] = set()
    return tuple(f for f in asked if not (f.name in names or names.add(f.name)))  # type: ignore[func-returns-value]


def scan_of(step: Step) -> str | None:
    """Return the name of the step's own ask for a scan: it takes the place of the one that a recorded act asks."""
    return next((f.name for f in step.ask if f.base == "file" and f.name.endswith("_scan")), None)


def _records_a_document(procedure: Procedure, step: Step) -> bool:
    """Whether the step's papers are somebody's documents; what we fill in for others to sign is none yet."""
    work = step.papers
    return any(procedure.paper(c).origin != "prefilled" for c in (*work.prepare, *work.sign, *work.issue))


def names_asked_for(procedure: Procedure, code: str) -> list[str]:
    """Return the names of what is asked because this paper is issued."""
    copy = signed_copy_ask(procedure, code)
    return [f.name for f in (*number_asks(procedure, code), *((copy,) if copy is not None else ()))]


def number_asks(procedure: Procedure, code: str) -> list[Field]:
    """Return the two asks for number and day of one paper of ours whose number another body types in."""
    paper = procedure.paper(code)
    if paper.series != "typed_in" or not paper.rendered:
        return []
    return [
        Field(
            name=NUMBER + code,
            vi=f"Số, ký hiệu: {paper.vi}",
            en=f"Number: {paper.en}",
            type="text",
            required=True,
            max_len=60,
        ),
        Field(
            name=DATE + code,
            vi=f"Ngày ban hành: {paper.vi}",
            en=f"Day of issue: {paper.en}",
            type="date",
            required=True,
        ),
    ]


def signed_copy_ask(procedure: Procedure, code: str) -> Field | None:
    """Return the optional ask for the digitally signed PDF of a paper of ours that is issued."""
    paper = procedure.paper(code)
    if paper.family != "nd30" or not paper.rendered:
        return None
    return Field(
        name=SIGNED_COPY + code,
        vi=f"Bản PDF đã ký số (nếu có): {paper.vi}",
        en=f"Digitally signed PDF, if any: {paper.en}",
        type="file",
        required=False,
    )
