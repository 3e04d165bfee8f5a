"""A draft is read on the page before it is signed: its words in order, and nothing of the file but its words."""

from __future__ import annotations

import io

import docx

from cases.effects import paper_as_html
from documents.handlers import preview
from tests.documents.scene import Office


def test_binh_reads_the_submission_with_the_national_head_and_the_opinions(office: Office) -> None:
    html = paper_as_html(preview(office.job("prepare", "submission_ppc", office.ha)))
    head, title = html.index("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), html.index("TỜ TRÌNH")
    assert head < title < html.index("Công an tỉnh")
    assert '<p class="sheet__center"><strong>TỜ TRÌNH</strong></p>' in html
    assert '<th scope="col" colspan="1"><p class="sheet__center"><strong>Cơ quan</strong></p></th>' in html


def test_what_looks_like_markup_in_a_paper_is_text_on_the_page(office: Office) -> None:
    body = io.BytesIO()
    paper = docx.Document()
    paper.add_paragraph("<script>alert(1)</script> & “Nước sạch”")
    paper.save(body)
    html = paper_as_html(body.getvalue())
    assert html == "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; “Nước sạch”</p>"


def test_no_style_and_no_attribute_but_ours_comes_with_it(office: Office) -> None:
    html = paper_as_html(preview(office.job("prepare", "approval_decision", office.ha)))
    assert "style=" not in html
    assert "Điều 1." in html
