"""Data into paper: escaped, refused or printed, and the same bytes everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.errors import NotPrintable
from documents.layout import compose
from documents.package import content_hash, unpack
from documents.render import produce, render
from documents.templates import compile_template
from tests.documents.reading import header_text, opened, whole_text
from workflows.definition import Paper

PAPER = Paper(
    code="thu", vi="Quyết định thử", en="A trial", family="nd30", type_code="QĐ", issuer="agency", signer="dept_leader",
    origin="ours", series="automatic", series_key="agency", merge=("title_vi", "goals", "rows"), qr="verify",
)  # fmt: skip
TEXT = """subject: Về việc {{ title_vi }}
authority: GIÁM ĐỐC
basis: Theo đề nghị của Trưởng phòng
---
# QUYẾT ĐỊNH:

Điều 1. Nội dung: **{{ title_vi }}**.

{{ goals }}

| TT | Nội dung |
|:--:|-------|
{% for row in rows %}
| {{ loop.index }} | {{ row.text }} |
{% endfor %}

Kết thúc./.
"""
CONTEXT: dict[str, Any] = {
    "title_vi": "nước sạch",
    "goals": "Một.\n\nHai.",
    "rows": [{"text": "a"}, {"text": "b"}],
    "parent_agency_name": "Ủy ban nhân dân tỉnh Tân Giang",
    "agency_name": "Sở Ngoại vụ",
    "place_name": "Tân Giang",
    "document_no": "05/QĐ-SNgV",
    "document_date": "ngày 05 tháng 3 năm 2026",
    "legal_basis_lines": ["Luật A"],
    "recipients": ["Lan"],
    "copies": [],
    "archive_line": "VT, HTQT",
    "signature_lines": ["Giám đốc"],
    "signer_name": "Lê Thị Bình",
    "mandate_line": "",
    "mark": "",
    "qr_code": "https://hoso.example/v/ABCD",
    "verify_code": "ABCD",
}
COMPILED = compile_template(compose(PAPER, TEXT))


def made(**changes: Any) -> bytes:
    return render(COMPILED, CONTEXT | changes)


@pytest.mark.parametrize(
    "text",
    [
        "CÔNG TY A & B <TNHH>",
        "{{ 7*7 }} {% raw %}",
        "</w:t></w:r></w:p><w:p/>",
        "]]> <!-- &amp; &#x41;",
        "dấu \"nháy\" và 'nháy'",
        "مرحبا 東京 Ελλάδα",
    ],
)
def test_what_is_typed_is_printed_letter_by_letter(text: str) -> None:
    body = made(title_vi=text, rows=[{"text": text}])
    assert whole_text(body).count(text) == 3


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\x1f", "\x7f", "\u202e", "\u2066", "\ufffe", "\ud800"])
def test_control_characters_are_refused_by_name_of_the_field(sign: str) -> None:
    with pytest.raises(NotPrintable) as refused:
        made(rows=[{"text": "tốt"}, {"text": f"xấu{sign}"}])
    assert refused.value.path == "rows[2].text"
    assert sign not in str(refused.value)


def test_letters_in_pieces_are_put_together() -> None:
    pieces = unicodedata.normalize("NFD", "Ủy ban nhân dân xã Cồn Lớn")
    text = whole_text(made(title_vi=pieces))
    assert "Ủy ban nhân dân xã Cồn Lớn" in text
    assert unicodedata.is_normalized("NFC", text)


def test_line_feeds_become_breaks_and_a_long_text_becomes_paragraphs() -> None:
    document = opened(made(rows=[{"text": "trên\r\ndưới"}]))
    assert document.tables[1].rows[1].cells[1].text == "trên\ndưới"
    assert [p.text for p in document.paragraphs if p.text in ("Một.", "Hai.")] == ["Một.", "Hai."]


@pytest.mark.parametrize("value", [None, 1.5, b"x", object(), {"a": {1.5}}])
def test_only_plain_values_reach_a_paper(value: Any) -> None:
    with pytest.raises(NotPrintable):
        made(title_vi=value)


def test_a_value_that_is_absent_stops_the_paper_and_is_named() -> None:
    context = {name: value for name, value in CONTEXT.items() if name != "title_vi"}
    with pytest.raises(NotPrintable) as refused:
        render(COMPILED, context)
    assert refused.value.path == "title_vi"


def test_a_record_cannot_be_printed_as_text() -> None:
    with pytest.raises(NotPrintable):
        made(title_vi={"a": "b"})


def test_every_member_is_well_formed_and_the_package_opens() -> None:
    body = made()
    assert opened(body).core_properties.language == "vi-VN"
    assert next(iter(unpack(body))) == "[Content_Types].xml"


def test_the_mark_of_a_draft_stands_on_every_page_and_a_final_paper_has_none() -> None:
    assert header_text(made(mark="DỰ THẢO")).count("DỰ THẢO") == 2
    assert "DỰ THẢO" not in header_text(made())


def test_the_picture_of_the_code_follows_the_address() -> None:
    def pictures(body: bytes) -> list[bytes]:
        return [data for name, data in unpack(body).items() if name.endswith(".png")]

    assert pictures(made()) == pictures(made())
    assert pictures(made()) != pictures(made(qr_code="https://hoso.example/v/WXYZ"))


def test_the_content_hash_is_that_of_the_stored_file() -> None:
    rendered = produce(COMPILED, CONTEXT)
    assert content_hash(rendered.body) == rendered.content_hash


@settings(max_examples=60)
@given(
    st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn")), min_size=1, max_size=80)
)
def test_any_text_of_letters_and_signs_makes_a_file_that_opens(text: str) -> None:
    printed = unicodedata.normalize("NFC", text)
    cell = opened(made(rows=[{"text": text}])).tables[1].rows[1].cells[1]
    assert cell.text == printed


CHILD = """
import json, sys, hashlib
sys.path.insert(0, {root!r})
from tests.documents.test_render import COMPILED, CONTEXT
from documents.render import produce
made = produce(COMPILED, CONTEXT)
print(json.dumps([made.sha256, made.content_hash, COMPILED.sha256]))
"""


def test_the_same_bytes_come_from_every_process_zone_and_locale(tmp_path: Path) -> None:
    root = str(Path(__file__).resolve().parents[2])
    seen = set()
    for n, extra in enumerate(
        (
            {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
            {"TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
            {"TZ": "Asia/Ho_Chi_Minh", "LANG": "vi_VN.UTF-8", "PYTHONHASHSEED": "random"},
        )
    ):
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(tmp_path / str(n)), **extra}
        done = subprocess.run(
            [sys.executable, "-c", CHILD.format(root=root)], capture_output=True, check=True, env=env, cwd=root
        )
        seen.add(tuple(json.loads(done.stdout)))
    assert seen == {(produce(COMPILED, CONTEXT).sha256, produce(COMPILED, CONTEXT).content_hash, COMPILED.sha256)}
