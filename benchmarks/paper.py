"""How long one paper takes: our compiled path against docxtpl on the same template and values, in one run.

    python -m benchmarks.paper [papers]

Prints medians in milliseconds of CPU time and their ratio; ends with 1 when the ratio is below 20.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from docxtpl import DocxTemplate
from lxml import etree

from documents.jinja import environment
from documents.layout import compose
from documents.package import unpack
from documents.render import render
from documents.templates import compile_template
from workflows.definition import Paper

LEAST_RATIO = 20
PAPER = Paper(
    code="decision", vi="Quyết định", en="Decision", family="nd30", type_code="QĐ", issuer="ppc", signer="ppc_chair",
    origin="ours", series="typed_in", series_key="ppc",
)  # fmt: skip
TEXT = """subject: Về việc phê duyệt khoản viện trợ “{{ title_vi }}”
authority: {{ agency_name|upper }}
basis: Theo đề nghị của Giám đốc Sở Ngoại vụ
copy: Như Điều 3
---
# QUYẾT ĐỊNH:

Điều 1. Phê duyệt khoản viện trợ **{{ title_vi }}** do {{ donor_name }} cung cấp, giá trị {{ amount }}.

{{ goals }}

| TT | Nội dung | Giá trị |
|:--:|--------------|------:|
{% for row in rows %}
| {{ loop.index }} | {{ row.name }} | {{ row.value }} |
{% endfor %}

Điều 2. Chủ khoản viện trợ tiếp nhận, quản lý, sử dụng khoản viện trợ đúng quy định của pháp luật.

Điều 3. Quyết định này có hiệu lực kể từ ngày ký./.
"""


def context(number: int) -> dict[str, Any]:
    """Return the values of one invented decision; each has another number."""
    return {
        "title_vi": f"Nước sạch trường học số {number}",
        "donor_name": "Tổ chức Green River & Friends",
        "amount": "187.500,00 USD",
        "goals": "Lắp đặt hệ thống lọc nước cho 12 trường.\nTập huấn kỹ năng vệ sinh cho 3.500 học sinh.",
        "rows": [{"name": f"Hạng mục {n}", "value": f"{n}.000,00 USD"} for n in range(1, 4)],
        "parent_agency_name": "",
        "agency_name": "Ủy ban nhân dân tỉnh Tân Giang",
        "place_name": "Tân Giang",
        "document_no": f"{number:02d}/QĐ-UBND",
        "document_date": "ngày 05 tháng 3 năm 2026",
        "legal_basis_lines": ["Luật Tổ chức chính quyền địa phương", "Nghị định 313/2025/NĐ-CP"],
        "copies": ["Sở Tài chính", "Công an tỉnh"],
        "archive_line": "VT, KGVX",
        "signature_lines": ["TM. Ủy ban nhân dân", "Chủ tịch"],
        "signer_name": "Nguyễn Văn Quang",
        "mandate_line": "",
        "mark": "",
    }


def median_ms(make: Callable[[dict[str, Any]], bytes], papers: int) -> float:
    """Return the median CPU milliseconds of one paper."""
    taken = []
    for number in range(1, papers + 1):
        values = context(number)
        started = time.process_time()
        make(values)
        taken.append((time.process_time() - started) * 1000)
    return statistics.median(taken)


def main() -> None:
    papers = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    template = compose(PAPER, TEXT)
    compiled, jinja = compile_template(template), environment()

    def ours(values: dict[str, Any]) -> bytes:
        return render(compiled, values)

    def theirs(values: dict[str, Any]) -> bytes:
        made, document = io.BytesIO(), DocxTemplate(io.BytesIO(template))
        document.render(values, jinja, autoescape=True)
        document.save(made)
        return made.getvalue()

    same = _text(ours(context(7))) == _text(theirs(context(7)))
    fast, slow = median_ms(ours, papers * 5), median_ms(theirs, papers)
    print(f"compiled  {fast:8.3f} ms a paper")
    print(f"docxtpl   {slow:8.3f} ms a paper")
    print(f"ratio     {slow / fast:8.1f}   (at least {LEAST_RATIO}; same text: {same})")
    sys.exit(0 if slow / fast >= LEAST_RATIO and same else 1)


def _text(document: bytes) -> str:
    body = etree.fromstring(unpack(document)["word/document.xml"])
    return "\n".join("".join(str(t) for t in p.itertext()) for p in body.iter("{*}p"))


if __name__ == "__main__":
    main()
