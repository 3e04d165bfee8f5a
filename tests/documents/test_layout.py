"""The layout against the machine-readable rules of Nghị định 30/2020/NĐ-CP; tolerance 0.1 mm, Word counts in twips."""

from __future__ import annotations

import re

import pytest
from docx.oxml.ns import qn

from cases.models import Blob
from documents.handlers import make_papers
from documents.layout import LayoutFault, compose
from documents.metrics import width_mm
from documents.models import Document
from documents.package import unpack
from tests.documents.reading import mm, of_style, opened, size, texts, weight, whole_text
from tests.documents.scene import ASK, Office
from workflows.registry import load

NAMED = re.compile(
    r"^Số: (0[1-9]|[1-9]\d+)/(NQ|QĐ|CT|QC|QyĐ|TC|TB|HD|CTr|KH|PA|ĐA|DA|BC|BB|TTr|HĐ|CĐ|BGN|BTT|GUQ|GM|GGT|GNP|PG|PC|PB)"
    r"-[A-ZĐa-zđ]+$"
)
LETTER = re.compile(r"^Số: (0[1-9]|[1-9]\d+)/(?!CV-)[A-ZĐa-zđ]+(-[A-ZĐa-zđ0-9]+)+$")
PLACE_AND_DAY = re.compile(r"^.+, ngày (0[1-9]|[12]\d|3[01]) tháng (0[12]|[3-9]|1[0-2]) năm \d{4}$")
OURS = (
    "opinion_request",
    "submission_ppc",
    "appraisal_report",
    "meeting_invitation",
    "approval_decision",
    "donor_notice",
)


def issued(office: Office, code: str) -> bytes:
    """Take a paper through its life and return the final bytes."""
    signer = office.quang if office.paper(code).signer == "ppc_chair" else office.binh
    typed = {f"number_{code}": str(300 + len(code)), f"date_{code}": "2026-03-05"}
    make_papers([office.job("prepare", code, office.ha)])
    form = "tm" if office.paper(code).issuer == "ppc" else "truc_tiep"
    make_papers([office.job("sign", code, signer, ASK | {"signing_form": form})])
    made = make_papers([office.job("issue", code, office.van, ASK | typed)])
    return bytes(Blob.objects.get(sha256=made[0].sha256).body or b"")


@pytest.fixture
def papers(office: Office) -> dict[str, bytes]:
    return {code: issued(office, code) for code in OURS}


def test_every_paper_stands_on_a4_with_the_margins_of_the_decree(papers: dict[str, bytes]) -> None:
    for code, body in papers.items():
        section = opened(body).sections[0]
        assert abs(mm(section.page_width) - 210) <= 0.1, code
        assert abs(mm(section.page_height) - 297) <= 0.1, code
        assert 19.9 <= mm(section.top_margin) <= 25.1, code
        assert 19.9 <= mm(section.bottom_margin) <= 25.1, code
        assert 29.9 <= mm(section.left_margin) <= 35.1, code
        assert 14.9 <= mm(section.right_margin) <= 20.1, code


def test_times_new_roman_and_vietnamese_are_named_once_and_no_theme_font_is(papers: dict[str, bytes]) -> None:
    for body in papers.values():
        members = unpack(body)
        styles = members["word/styles.xml"].decode()
        (fonts,) = re.findall(r"<w:rFonts ([^>]+)/>", styles)
        assert dict(re.findall(r'w:(\w+)="([^"]+)"', fonts)) == dict.fromkeys(
            ("ascii", "hAnsi", "eastAsia", "cs"), "Times New Roman"
        )
        assert 'w:lang w:val="vi-VN"' in styles
        assert not any(b"asciiTheme" in data for data in members.values())
        assert not {n for n in members if "theme" in n or "stylesWithEffects" in n or "thumbnail" in n}


def test_the_page_number_is_centred_above_and_hidden_on_page_one(papers: dict[str, bytes]) -> None:
    section = opened(papers["approval_decision"]).sections[0]
    assert section.different_first_page_header_footer
    fields = [e.text for e in section.header._element.iter(qn("w:instrText"))]
    assert [f.strip() for f in fields] == ["PAGE"]
    assert not list(section.first_page_header._element.iter(qn("w:instrText")))
    paragraph = section.header.paragraphs[-1]
    assert paragraph.style.paragraph_format.alignment == 1
    assert 13 <= paragraph.style.font.size.pt <= 14


LOOKS = {  # style: sizes, bold, italic
    "QuocHieu": ((12, 13), True, False),
    "TieuNgu": ((13, 14), True, False),
    "CoQuanBanHanh": ((12, 13), True, False),
    "SoKyHieu": ((13, 13), False, False),
    "DiaDanh": ((13, 14), False, True),
    "NoiDung": ((13, 14), False, False),
    "QuyenHan": ((13, 14), True, False),
    "HoTen": ((13, 14), True, False),
    "NoiNhan": ((12, 12), True, True),
    "NoiNhanDs": ((11, 11), False, False),
    "TenLoai": ((13, 14), True, False),
    "TrichYeu": ((13, 14), True, False),
    "TrichYeuCV": ((12, 13), False, False),
    "CanCu": ((13, 14), False, True),
    "Dieu": ((13, 14), True, False),
    "KinhGui": ((13, 14), False, False),
}


@pytest.mark.parametrize("style", LOOKS)
def test_each_element_has_the_size_and_weight_of_its_box(papers: dict[str, bytes], style: str) -> None:
    (least, most), bold, italic = LOOKS[style]
    seen = 0
    for body in papers.values():
        for paragraph in of_style(opened(body), style):
            if not paragraph.text.strip() or "Mã kiểm tra" in paragraph.text:
                continue
            assert least <= size(paragraph) <= most, paragraph.text
            assert weight(paragraph) == (bold, italic), paragraph.text
            seen += 1
    assert seen


def test_upper_case_elements_are_written_in_capitals(papers: dict[str, bytes]) -> None:
    for body in papers.values():
        for style in ("QuocHieu", "CoQuanChuQuan", "CoQuanBanHanh", "TenLoai", "QuyenHan"):
            assert all(text == text.upper() for text in texts(opened(body), style))


def test_body_text_is_justified_with_first_line_and_spacing_of_the_decree(papers: dict[str, bytes]) -> None:
    for body in papers.values():
        layout = of_style(opened(body), "NoiDung")[0].style.paragraph_format
        assert layout.alignment == 3
        assert 9.9 <= mm(layout.first_line_indent) <= 12.8
        assert layout.space_after.pt >= 6
        assert 1 <= layout.line_spacing <= 1.5


def test_numbers_and_symbols_follow_the_kind_of_document(papers: dict[str, bytes], office: Office) -> None:
    for code, body in papers.items():
        number = texts(opened(body), "SoKyHieu")[0]
        assert (NAMED if office.paper(code).type_code else LETTER).match(number), number
    assert texts(opened(papers["submission_ppc"]), "SoKyHieu") == ["Số: 01/TTr-SNgV"]
    assert texts(opened(papers["opinion_request"]), "SoKyHieu") == ["Số: 01/SNgV-HTQT"]


def test_place_and_day_take_the_zeros_that_the_decree_wants(papers: dict[str, bytes]) -> None:
    for body in papers.values():
        assert PLACE_AND_DAY.match(texts(opened(body), "DiaDanh")[0])
    assert texts(opened(papers["approval_decision"]), "DiaDanh") == ["Tân Giang, ngày 05 tháng 3 năm 2026"]


def test_a_letter_has_its_subject_under_the_number_and_no_name_of_a_kind(papers: dict[str, bytes]) -> None:
    letter = opened(papers["opinion_request"])
    assert texts(letter, "TrichYeuCV")[0].startswith("V/v ")
    assert not texts(letter, "TenLoai")
    assert not texts(opened(papers["submission_ppc"]), "TrichYeuCV")


def test_lines_are_drawn_as_borders_in_the_right_length(papers: dict[str, bytes]) -> None:
    document = opened(papers["approval_decision"])
    ruled = [p for p in of_style(document, "KeNgang") if p._p.find(f".//{qn('w:pBdr')}") is not None]
    room, subject = (64, 96, 160), texts(document, "TrichYeu")[0]
    lengths = [r - 2 * mm(p.paragraph_format.left_indent) for p, r in zip(ruled, room, strict=True)]
    agency = width_mm("TỈNH TÂN GIANG", 12, bold=True), width_mm("ỦY BAN NHÂN DÂN", 12, bold=True)
    assert max(agency) / 3 <= lengths[0] <= max(agency) / 2
    assert abs(lengths[1] - width_mm("Độc lập - Tự do - Hạnh phúc", 13, bold=True)) < 0.5
    assert min(160, width_mm(subject, 14, bold=True)) / 3 - 3 <= lengths[2] <= 80


def test_the_recipients_end_with_the_archive_and_the_text_with_the_end_mark(papers: dict[str, bytes]) -> None:
    for body in papers.values():
        document = opened(body)
        lines = [t for t in texts(document, "NoiNhanDs") if t.startswith("- ")]
        assert all(line.endswith(";") for line in lines[:-1])
        assert re.match(r"^- Lưu: VT, .+\.$", lines[-1])
        assert any(p.text.endswith("./.") for p in document.paragraphs)


def test_legal_bases_stand_one_a_line_and_the_last_ends_with_a_stop(papers: dict[str, bytes]) -> None:
    bases = texts(opened(papers["approval_decision"]), "CanCu")
    assert bases == ["Căn cứ Nghị định 313/2025/NĐ-CP;", "Theo đề nghị của Giám đốc Sở Ngoại vụ."]


def test_the_chair_signs_for_the_committee(papers: dict[str, bytes]) -> None:
    decision = opened(papers["approval_decision"])
    assert texts(decision, "QuyenHan") == ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]
    assert texts(decision, "HoTen") == ["Nguyễn Văn Quang"]


@pytest.mark.parametrize(
    ("form", "title", "lines"),
    [
        ("truc_tiep", "Giám đốc", ["GIÁM ĐỐC"]),
        ("kt", "Phó Giám đốc", ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]),
        ("tl", "Chánh Văn phòng", ["TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"]),
        ("q", "Phó Giám đốc", ["Q. GIÁM ĐỐC"]),
    ],
)
def test_each_form_of_signing_prints_its_lines(office: Office, form: str, title: str, lines: list[str]) -> None:
    office.binh.title = title
    make_papers([office.job("prepare", "submission_ppc", office.ha)])
    make_papers([office.job("sign", "submission_ppc", office.binh, {"signing_form": form})])
    body = bytes(Document.objects.get(paper="submission_ppc").blob.body)  # type: ignore[union-attr,arg-type]
    assert texts(opened(body), "QuyenHan") == lines


def test_a_name_of_a_place_is_never_torn_in_the_left_cell(papers: dict[str, bytes]) -> None:
    assert texts(opened(papers["opinion_request"]), "CoQuanChuQuan") == ["ỦY BAN NHÂN DÂN\nTỈNH TÂN GIANG"]


def test_a_kind_of_document_that_the_decree_does_not_know_needs_a_title_of_its_own() -> None:
    permit = load("ngo_aid").paper("approval_decision").model_copy(update={"type_code": "GP"})
    with pytest.raises(LayoutFault, match="GP"):
        compose(permit, "---\nĐược ở lại.\n")
    assert "GIẤY PHÉP" in whole_text(compose(permit, "title: Giấy phép\n---\nĐược ở lại.\n"))
