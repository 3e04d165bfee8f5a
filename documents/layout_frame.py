"""The frame of a paper: who writes, number and day, title, recipients, signature block.

Names in {{ }} are the frame values that documents.merge gives every paper; everything else comes from `merge` of the
paper. Widths: Nghị định 30/2020/NĐ-CP leaves 160 mm on A4 with margins 30 and 20.
"""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.shared import Pt

from documents.layout_blocks import add, control, first, grid, rule
from documents.layout_page import qr
from documents.layout_text import BodyText, Piece
from documents.metrics import rule_indent
from workflows.definition import Paper

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
LEFT_SHARE = 0.4
TYPES = {
    "NQ": "Nghị quyết", "QĐ": "Quyết định", "CT": "Chỉ thị", "QC": "Quy chế", "QyĐ": "Quy định", "TC": "Thông cáo",
    "TB": "Thông báo", "HD": "Hướng dẫn", "CTr": "Chương trình", "KH": "Kế hoạch", "PA": "Phương án", "ĐA": "Đề án",
    "DA": "Dự án", "BC": "Báo cáo", "BB": "Biên bản", "TTr": "Tờ trình", "HĐ": "Hợp đồng", "CĐ": "Công điện",
    "BGN": "Bản ghi nhớ", "BTT": "Bản thỏa thuận", "GUQ": "Giấy ủy quyền", "GM": "Giấy mời", "GGT": "Giấy giới thiệu",
    "GNP": "Giấy nghỉ phép", "PG": "Phiếu gửi", "PC": "Phiếu chuyển", "PB": "Phiếu báo",
}  # fmt: skip
# These are sent to somebody; decisions and notices speak to all.
ADDRESSED = frozenset({None, "TTr", "BC", "GM", "CĐ", "PG", "PC", "PB"})


def heading(document: Document, width_mm: float, left_bottom: list[tuple[str, str]]) -> None:
    """Write the header table: agencies and number on the left, nation, motto, place and day on the right.

    `left_bottom`: (style, text) of the lines under the left agency names.
    """
    left_mm, right_mm = width_mm * LEFT_SHARE, width_mm * (1 - LEFT_SHARE)
    table = grid(document, (left_mm, right_mm), 2, bordered=False)
    left, right = table.rows[0].cells
    room = round(left_mm - 2)
    first(left, "CoQuanChuQuan", "{%p if parent_agency_name %}")
    add(left, "CoQuanChuQuan", f"{{{{ parent_agency_name|upper|balanced({room}, 12, false) }}}}")
    control(left, "endif")
    add(left, "CoQuanBanHanh", f"{{{{ agency_name|upper|balanced({room}, 12, true) }}}}")
    rule(left, f"{{{{ agency_name|upper|balanced({room}, 12, true)|rule_indent({left_mm:.0f}, 12, true) }}}}")
    first(right, "QuocHieu", NATION)
    add(right, "TieuNgu", MOTTO)
    rule(right, rule_indent(MOTTO, right_mm, 13, bold=True, share=1.0))
    lower, day = table.rows[1].cells
    for n, (style, text) in enumerate(left_bottom):
        (first if n == 0 else add)(lower, style, text)
    first(day, "DiaDanh", "{{ place_name }}, {{ document_date }}")


def title(document: Document, name: str, subject: str, width_mm: float) -> None:
    """Write tên loại and trích yếu with the line of a third to a half of it."""
    add(document, "TenLoai", name.upper())
    if subject:
        # The subject is set as a value first: the line under it needs its width.
        add(document, "TrichYeu", [Piece(f"{{% set trich_yeu %}}{subject}{{% endset %}}{{{{ trich_yeu }}}}")])
        rule(document, f"{{{{ trich_yeu|rule_indent({width_mm:.0f}, 14, true) }}}}", after_pt=8)


def addressees(document: Document, given: list[str]) -> None:
    """Write Kính gửi: one name on the line, several with dashes."""
    _addressees(document, given)
    add(document, "KeNgang", "").paragraph_format.space_after = Pt(4)


def _addressees(document: Document, given: list[str]) -> None:
    if len(given) == 1:
        add(document, "KinhGui", f"Kính gửi: {given[0]}")
        return
    if given:
        add(document, "KinhGui", "Kính gửi:")
        for name in given:
            add(document, "KinhGuiDs", f"- {name}")
        return
    control(document, "if recipients|length == 1")
    add(document, "KinhGui", "Kính gửi: {{ recipients[0] }}")
    control(document, "else")
    add(document, "KinhGui", "Kính gửi:")
    control(document, "for name in recipients")
    add(document, "KinhGuiDs", "- {{ name }}{% if loop.last %}.{% else %};{% endif %}")
    control(document, "endfor")
    control(document, "endif")


def bases(document: Document, text: BodyText) -> None:
    """Write the căn cứ: the lines of the paper that may print, then those of the text; the last ends with a stop."""
    extra = text.many("basis")
    if not extra and not text.one("authority"):
        return
    control(document, "for line in legal_basis_lines")
    end = ";" if extra else "{% if loop.last %}.{% else %};{% endif %}"
    add(document, "CanCu", f"Căn cứ {{{{ line }}}}{end}")
    control(document, "endfor")
    for n, line in enumerate(extra, 1):
        add(document, "CanCu", f"{line.rstrip(';.')}{'.' if n == len(extra) else ';'}")


def copies(cell: Any, text: BodyText, *, addressed: bool) -> None:
    """Write Nơi nhận; the last line is the archive's."""
    first(cell, "NoiNhan", "Nơi nhận:")
    for line in text.many("copy") or (["Như trên"] if addressed else []):
        add(cell, "NoiNhanDs", f"- {line.rstrip(';.')};")
    control(cell, "for name in copies")
    add(cell, "NoiNhanDs", "- {{ name }};")
    control(cell, "endfor")
    add(cell, "NoiNhanDs", "- Lưu: {{ archive_line }}.")


def signature(cell: Any) -> None:
    """Write the form of signing, the title, room for the signature, the name."""
    cell.paragraphs[0].style = "KeNgang"
    control(cell, "for line in signature_lines")
    add(cell, "QuyenHan", "{{ line|upper }}")
    control(cell, "endfor")
    control(cell, "if mandate_line")
    add(cell, "UyQuyen", "({{ mandate_line }})")
    control(cell, "endif")
    add(cell, "HoTen", "{{ signer_name }}")


def foot(document: Document, paper: Paper, text: BodyText, width_mm: float) -> None:
    """Write the last table of an nd30 paper: Nơi nhận left, signature right, on one page."""
    table = grid(document, (width_mm * 0.45, width_mm * 0.55), 1, bordered=False)
    left, right = table.rows[0].cells
    if not paper.annex:
        copies(left, text, addressed=paper.type_code in ADDRESSED)
    signature(right)
    if paper.qr == "verify":
        control(left, "if qr_code")
        qr(left, "Mã kiểm tra: {{ verify_code }}")
        control(left, "endif")
    # Word wants a paragraph after a table that ends a document.
    add(document, "KeNgang", "")
