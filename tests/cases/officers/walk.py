"""A grant on its way through the office of the trial province: each method brings it one stage further."""
from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from accounts.models import OrgUnit, RoleHeld, User
from cases.models import Attachment, Blob, Case, Part, ViewLog
from cases.procedures import definition_of
from cases.services import Outcome, advance_case, open_case, save_dossier
from config.trial import address_of

NOW = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)  # 09:00 of Tuesday 03/3/2026 in Viet Nam

GRANT: dict[str, Any] = {
    "applicant_kind": "to_chuc",
    "applicant_name": "Hội Khuyến học tỉnh Lam Giang",
    "applicant_id_no": "0312345678",
    "applicant_address": "Số 5 đường Bờ Sông, phường Bến Lam",
    "contact_name": "Trần Thị Lan",
    "contact_phone": "0912345678",
    "contact_email": "lan@lamgiang.example",
    "filed_for": "tu_nop",
    "channel": "truc_tuyen",
    "request_letter_no": "12/CV-HKH",
    "request_letter_date": "2026-02-27",
    "return_method": "truc_tiep",
    "aid_kind": "phi_du_an",
    "title_vi": "Nước sạch và vệ sinh trường học vùng cù lao",
    "donor": "green_river",
    "donor_name": "Green River Foundation",
    "donor_type": "to_chuc_pcp_nuoc_ngoai",
    "donor_country": "US",
    "ingo_reg_no": "99/CNV-HĐ",
    "owner_org": "line_department",
    "managing_agency": "ubnd_tinh",
    "sites": ["99011", "99012"],
    "sector": "nuoc_sach",
    "goals": "Lắp đặt hệ thống lọc nước cho 12 trường học tại các xã cù lao.",
    "amount": {"minor": 18_750_000, "currency": "USD"},
    "rate": "25345.5",
    "rate_date": "2026-03-02",
    "rate_source": "Tỷ giá hạch toán của Bộ Tài chính",
    "amount_cash": {"minor": 15_000_000, "currency": "USD"},
    "amount_in_kind": {"minor": 2_500_000, "currency": "USD"},
    "amount_technical": {"minor": 1_250_000, "currency": "USD"},
    "budget_revenue": False,
    "start_date": "2026-05-01",
    "end_date": "2027-12-31",
    "goods_used": False,
    "banned_goods_declared": True,
    "has_conference": False,
    "has_foreign_language_document": False,
    "account_no": "9527.1.1234567",
}
APPRAISAL: dict[str, Any] = {
    "appraisal_form": "lay_y_kien",
    "appraisal_result": "dat",
    "appraisal_points": [{"point": "Tính hợp pháp của hồ sơ", "finding": "dat", "remark": "Đủ thành phần"}],
}
AGENCIES = ["provincial_police", "department_of_finance", "friendship_union", "line_department", "commune_committee"]
PEOPLE_OF = {
    "provincial_police": "cong-an",
    "department_of_finance": "tai-chinh",
    "friendship_union": "huu-nghi",
    "line_department": "giao-duc",
    "commune_committee": "phuong",
}
ANSWERS = {"verdict": "dong_y", "content": "Thống nhất với nội dung khoản viện trợ.", "outside_no": "88/CAT-ANĐN",
           "outside_date": "2026-03-02"}


def user(name: str) -> User:
    """Return a person of the trial province by the first part of the address."""
    return User.objects.get(email=address_of(name))


class Walk:
    """One grant; `at` is the moment of the next step, moved by an hour with each."""

    def __init__(self, clock: Callable[[dt.datetime], None], **changes: Any) -> None:
        self.clock, self.at, self.changes = clock, NOW, changes
        self.case = Case()

    # ------------------------------------------------------------------------------------------------ one step
    def do(self, who: str, name: str, part: str | None = None, **data: Any) -> Outcome:
        """Take a step as a person of the trial; confirms are ticked."""
        kind = part.rpartition("-")[0] if part else None
        step = definition_of(self.case.definition_id).machine_of(kind).step(name)
        ticked = {"confirm": [c.code for c in step.confirm]} if step is not None else {}
        outcome = advance_case(
            case_id=self.case.pk, transition=name, actor=user(who), now=self.at, part_id=part, data={**ticked, **data}
        )
        self.pass_time()
        return outcome

    def give(self, who: str, role: str, unit: str) -> None:
        """Let a person hold a further role."""
        where = OrgUnit.objects.get(code=unit, valid_to=None)
        RoleHeld.objects.create(user=user(who), role=role, unit=where, valid_from=NOW.date())

    def looks(self) -> list[tuple[str, str]]:
        """Return what sensitive values were looked at, and what for."""
        return list(ViewLog.objects.filter(case=self.case).order_by("pk").values_list("what", "purpose"))

    def pass_time(self, length: dt.timedelta = dt.timedelta(minutes=10)) -> None:
        self.at += length
        self.clock(self.at)
        self.case.refresh_from_db()

    def file(self, kind: str, name: str = "van-ban.pdf", who: str = "lan", part: str | None = None) -> str:
        """Lay a file into the case and return its id: as a row, for checking each upload takes a process of its own."""
        sha256 = hashlib.sha256(PDF).hexdigest()
        kept = {"size": len(PDF), "media_type": "application/pdf", "body": PDF, "created_at": self.at}
        blob, _ = Blob.objects.get_or_create(sha256=sha256, defaults=kept)
        held = Part.objects.get(case=self.case, key=part) if part else None
        made = Attachment.objects.create(
            case=self.case, part=held, kind=kind, name=name, blob=blob, uploaded_by=user(who), uploaded_at=self.at
        )
        return str(made.pk)

    # ---------------------------------------------------------------------------------------------- the stages
    def drafted(self) -> Walk:
        opened = open_case(procedure="ngo_aid", actor=user("lan"), now=self.at)
        self.case = Case.objects.get(pk=opened.case.pk)
        save_dossier(case_id=self.case.pk, actor=user("lan"), now=self.at, values={**GRANT, **self.changes})
        for kind in ("request_letter", "donor_consent", "goods_list", "donor_legal_status"):
            self.file(kind, f"{kind}.pdf")
        self.pass_time()
        return self

    def submitted(self) -> Walk:
        self.drafted().do("lan", "submit")
        return self

    @property
    def checklist(self) -> list[str]:
        """The codes of what intake checks."""
        return [item.code for item in definition_of(self.case.definition_id).checklists["intake"]]

    def received(self) -> Walk:
        self.submitted().do("minh", "receive", checklist=dict.fromkeys(self.checklist, "yes"))
        return self

    def assigned(self) -> Walk:
        self.received().do("son", "assign", assignee="ha@lamgiang.example")
        return self

    def checked(self) -> Walk:
        self.assigned().do("ha", "start_validity_check")
        return self

    def letter_proposed(self) -> Walk:
        self.checked().do("ha", "ask_opinion", consultee_list=AGENCIES, questions="1. Sự phù hợp với quy hoạch?",
                          reply_by="2026-03-12")
        return self

    def consulting(self) -> Walk:
        self.letter_proposed().do("binh", "sign_opinion_request", signing_form="truc_tiep")
        self.do("van", "send_opinion_request")
        return self

    def opinion(self, agency: str) -> Part:
        return next(p for p in Part.objects.filter(case=self.case, kind="opinion") if p.fields["agency"] == agency)

    def answered(self, agencies: Iterable[str] = AGENCIES) -> Walk:
        """The agencies answer; when all have, the case goes on by itself."""
        if not self.case.case_code or self.case.state != "consulting":
            self.consulting()
        for agency in agencies:
            part, who = self.opinion(agency).key, PEOPLE_OF[agency]
            self.do(who, "answer", part, **ANSWERS, file=self.file("ask:file", who=who, part=part))
        return self

    def reviewed(self) -> Walk:
        self.answered().do("ha", "submit_division", review_note="Hồ sơ đủ, hợp lệ, các cơ quan thống nhất.",
                           dossier=APPRAISAL)
        self.do("son", "submit_dept")
        return self

    def at_the_chair(self) -> Walk:
        self.reviewed().do("binh", "sign_submission", signing_form="truc_tiep")
        self.do("van", "send_submission")
        self.do("tung", "ppc_office_forward")
        return self


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n190\n%%EOF\n"
)
