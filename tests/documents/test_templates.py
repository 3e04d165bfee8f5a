"""New templates: what may not stand in one is refused before it is published, and names what is wrong."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from documents.checking import check
from documents.layout import LayoutFault, compose
from documents.package import repacked, unpack
from documents.sources import checked, composed, known_to
from documents.templates import fields_of
from tests.documents.scene import definition_of
from tests.documents.test_render import PAPER, TEXT
from workflows.errors import DefinitionError

KNOWN: dict[str, set[str] | None] = {**dict.fromkeys(fields_of(compose(PAPER, TEXT))), "rows": {"text"}}


def with_snippet(snippet: str, member: str = "word/document.xml") -> bytes:
    members = unpack(compose(PAPER, TEXT))
    members[member] = members[member].decode().replace("Kết thúc./.", snippet).encode()
    return repacked(members)


def test_the_shipped_kind_of_template_passes() -> None:
    assert check(compose(PAPER, TEXT), KNOWN) == []


@pytest.mark.parametrize(
    "payload",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ title_vi.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{% for n in range(10**9) %}x{% endfor %}",
        "{{ 'a'*10**9 }}",
        "{{ title_vi ~ title_vi }}",
        "{{ lipsum() }}",
        "{{ cycler.__init__ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% macro m() %}{% endmacro %}",
        "{% set a = 1 %}",
        "{{ title_vi|attr('__class__') }}",
        "{{ rows|map('upper') }}",
        "{% for a in rows %}{% for b in rows %}{% for c in rows %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in rows recursive %}{{ loop(a) }}{% endfor %}",
        "{{ rows[title_vi] }}",
        "{{ title_vi",
        "{% if %}",
    ],
)
def test_a_template_may_choose_and_repeat_and_nothing_else(payload: str) -> None:
    assert check(with_snippet(payload), KNOWN)


def test_an_unknown_field_is_named() -> None:
    assert "so_cccd" in " ".join(check(with_snippet("{{ so_cccd }}"), KNOWN))


def test_a_column_that_the_paper_may_not_show_is_named() -> None:
    faults = check(with_snippet("{% for row in rows %}{{ row.passport_no }}{% endfor %}"), KNOWN)
    assert "rows.passport_no" in " ".join(faults)


@pytest.mark.parametrize(
    "xml",
    [
        '<w:instrText>INCLUDETEXT "{{ title_vi }}"</w:instrText>',
        '<w:altChunk r:id="rId9"/>',
        '<wp:docPr descr="{{ title_vi }}"/>',
    ],
)
def test_fields_outside_plain_text_are_refused(xml: str) -> None:
    members = unpack(compose(PAPER, TEXT))
    body = members["word/document.xml"].decode()
    spaced = body.replace("<w:body>", f'<w:body xmlns:wp="wp">{xml}', 1)
    assert check(repacked(members | {"word/document.xml": spaced.encode()}), KNOWN)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("word/vbaProject.bin", b"x"),
        ("word/embeddings/oleObject1.bin", b"x"),
        ("word/activeX/activeX1.xml", b"<a/>"),
        ("word/_rels/settings.xml.rels", b'<Relationships><Relationship TargetMode="External"/></Relationships>'),
        ("word/extra.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        ("word/broken.xml", b"<a>"),
    ],
)
def test_active_and_outside_content_is_refused(name: str, data: bytes) -> None:
    assert check(repacked(unpack(compose(PAPER, TEXT)) | {name: data}), KNOWN)


def test_a_zip_bomb_costs_the_checker_little_time() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name, data in unpack(compose(PAPER, TEXT)).items():
            bomb.writestr(name, data)
        bomb.writestr("word/bomb.xml", b" " * 50_000_000)
    started = time.monotonic()
    assert check(made.getvalue(), KNOWN)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"%PDF-1.7", b"x" * 700_000])
def test_what_is_no_word_document_is_refused(body: bytes) -> None:
    assert check(body, KNOWN)


@pytest.mark.parametrize(("code", "folder"), [("ngo_aid", "v1"), ("ngo_aid", "v2"), ("complaint", "v1")])
def test_every_paper_that_we_render_has_a_text_that_keeps_the_rules(code: str, folder: str) -> None:
    procedure, templates = definition_of(code, folder)  # composing judges each text
    assert {paper.code for paper in procedure.papers if paper.rendered} == set(templates)


def test_a_word_file_of_a_folder_is_judged_in_a_child_process() -> None:
    procedure, templates = definition_of("ngo_aid", "v2")
    paper = procedure.paper("approval_decision")
    assert checked(paper, procedure, templates[paper.code]) == []
    assert checked(procedure.paper("donor_notice"), procedure, templates[paper.code])


def test_a_text_that_names_a_field_outside_merge_is_not_composed() -> None:
    procedure, _ = definition_of("ngo_aid", "v2")
    paper = procedure.paper("opinion_request")
    assert "account_no" not in known_to(paper, procedure)
    with pytest.raises(DefinitionError) as refused:
        composed(paper, procedure, "subject: x\n---\nTài khoản {{ account_no }}.\n")
    assert "account_no" in str(refused.value)


def test_an_unknown_key_of_the_head_is_refused_with_its_line() -> None:
    with pytest.raises(LayoutFault) as refused:
        compose(PAPER, "subject: a\nnguoi_ky: b\n---\nx\n")
    assert refused.value.line == 2


def test_a_row_with_another_number_of_cells_is_refused() -> None:
    with pytest.raises(LayoutFault):
        compose(PAPER, "---\n| a | b |\n|--|--|\n| một |\n")


def test_the_same_text_makes_the_same_template() -> None:
    assert compose(PAPER, TEXT) == compose(PAPER, TEXT)
