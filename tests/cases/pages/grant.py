"""The aid case of these tests: its dossier in stored form, its papers, what is asked of it."""

from __future__ import annotations

from typing import Any

UNIVERSITY = "dai_hoc_lam_giang"


def pdf(text: str = "") -> bytes:
    """Return a small PDF, another one for another text."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    made, places = b"%PDF-1.4\n% " + text.encode("ascii", "ignore") + b"\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 4\n0000000000 65535 f \n" + table
    return made + head + b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(made)


GRANT: dict[str, Any] = {
    "applicant_kind": "to_chuc",
    "applicant_name": "Trường Đại học Lam Giang",
    "applicant_address": "Số 8 đường Học Tập, phường Bến Lam",
    "contact_name": "Trần Thị Lan",
    "contact_phone": "0912345678",
    "contact_email": "lan@lamgiang.example",
    "filed_for": "tu_nop",
    "channel": "truc_tuyen",
    "request_letter_no": "12/CV-ĐHLG",
    "request_letter_date": "2026-02-20",
    "return_method": "truc_tuyen",
    "aid_kind": "phi_du_an",
    "title_vi": "Thiết bị phòng thí nghiệm hóa học",
    "donor_name": "Green River Foundation",
    "donor_type": "to_chuc_pcp_nuoc_ngoai",
    "donor_country": "US",
    "ingo_reg_no": "99/CNV-HĐ",
    "owner_org": UNIVERSITY,
    "managing_agency": "ubnd_tinh",
    "sites": ["99001", "99010"],
    "sector": "giao_duc",
    "goals": "Trang bị phòng thí nghiệm cho 300 sinh viên.",
    "amount": {"minor": 12_000_000, "currency": "USD"},
    "rate": "25345.5",
    "rate_date": "2026-02-20",
    "rate_source": "Tỷ giá hạch toán của Bộ Tài chính",
    "amount_cash": {"minor": 0, "currency": "USD"},
    "amount_in_kind": {"minor": 12_000_000, "currency": "USD"},
    "amount_technical": {"minor": 0, "currency": "USD"},
    "budget_revenue": False,
    "start_date": "2026-05-01",
    "end_date": "2027-04-30",
    "goods_used": False,
    "banned_goods_declared": True,
    "has_conference": False,
    "has_foreign_language_document": False,
}
PAPERS = ("request_letter", "donor_consent", "goods_list", "donor_legal_status")


ITEMS = [
    {"item": "Văn bản nhất trí", "why": "Chưa có chữ ký", "basis": "Nghị định 313/2025/NĐ-CP", "how": "Nộp bản ký"},
    {"item": "Đơn giá", "why": "Thiếu đơn giá", "basis": "Nghị định 313/2025/NĐ-CP", "how": "Ghi đơn giá"},
]
