"""A complaint on its way through the trial province, with a history of nearly everything that can happen."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from accounts.models import User
from cases.models import Case, Part, Task
from cases.procedures import definition_of
from cases.services import Outcome, advance_case, attach_file, claim_task, open_case, save_dossier
from config.trial import address_of

NOW = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)  # 09:00 of Tuesday 03/3/2026 in Viet Nam

PHONE, COMPLAINT = "0987000123", "Hồ sơ nộp đủ từ tháng 01 mà đến ngày hẹn vẫn chưa có kết quả, không ai báo lý do."
DOSSIER: dict[str, Any] = {
    "applicant_kind": "ca_nhan",
    "applicant_name": "Trần Thị Lan",
    "applicant_id_no": "079190000123",
    "applicant_address": "Số 5 đường Bờ Sông, phường Bến Lam",
    "contact_name": "Trần Thị Lan",
    "contact_phone": PHONE,
    "contact_email": "lan@lamgiang.example",
    "filed_for": "tu_nop",
    "channel": "truc_tuyen",
    "return_method": "truc_tiep",
    "about_case": "H99.14-260105-0003",
    "about_what": "cham",
    "grievance": COMPLAINT,
    "wanted": "Đề nghị giải quyết dứt điểm và xin lỗi bằng văn bản.",
}
ITEM = {"item": "Bản chụp giấy hẹn", "why": "Chưa thấy trong hồ sơ", "basis": "Nghị định 118", "how": "Chụp rõ."}


def user(name: str) -> User:
    """Return a person of the trial province by the first part of the address."""
    return User.objects.get(email=address_of(name))


class Story:
    """One complaint; `at` is the moment of the next step."""

    def __init__(self, at: dt.datetime = NOW) -> None:
        self.at, self.case = at, Case()

    def do(self, who: str, name: str, part: str | None = None, **data: Any) -> Outcome:
        """Take a step as a person of the trial (`system`: the engine itself); confirms are ticked."""
        kind = part.rpartition("-")[0] if part else None
        step = definition_of(self.case.definition_id).machine_of(kind).step(name)
        ticked = {"confirm": [c.code for c in step.confirm]} if step is not None else {}
        actor = None if who == "system" else user(who)
        outcome = advance_case(
            case_id=self.case.pk, transition=name, actor=actor, now=self.at, part_id=part, data={**ticked, **data}
        )
        self.pass_time()
        return outcome

    def pass_time(self, length: dt.timedelta = dt.timedelta(minutes=10)) -> None:
        self.at += length
        self.case.refresh_from_db()

    def filed(self, **changes: Any) -> Story:
        self.case = open_case(procedure="complaint", actor=user("lan"), now=self.at).case
        save_dossier(case_id=self.case.pk, actor=user("lan"), now=self.at, values={**DOSSIER, **changes})
        lan, pdf = user("lan"), io.BytesIO(PDF)
        attach_file(case_id=self.case.pk, kind="evidence", name="giấy hẹn.pdf", source=pdf, actor=lan, now=self.at)
        self.pass_time()
        self.do("lan", "submit")
        return self

    def supplemented(self, **changes: Any) -> Story:
        self.filed(**changes).do("minh", "request_supplement_intake", items=[ITEM])
        self.do("system", "note_service", "supplement-1")
        self.do("lan", "answer", "supplement-1", part_fields={"items": [{"answered": True}]})
        return self

    def received(self, **changes: Any) -> Story:
        self.supplemented(**changes)
        intake = definition_of(self.case.definition_id).checklists["intake"]
        self.do("minh", "receive", checklist={item.code: "yes" for item in intake})
        return self

    def assigned(self, **changes: Any) -> Story:
        task = Task.objects.filter(case=self.received(**changes).case, role="division_head", done_at=None).get()
        claim_task(task_id=task.pk, actor=user("son"), now=self.at)
        self.pass_time()
        self.do("son", "assign", assignee=address_of("ha"))
        self.do("binh", "make_urgent", urgent_reason="chi_dao_cap_tren", reason="Chủ tịch yêu cầu trả lời ngay.")
        return self

    def asked_again(self, **changes: Any) -> Story:
        """A second round of supplement, which the head of division agrees to."""
        self.assigned(**changes).do("ha", "request_supplement", items=[{**ITEM, "item": "Biên bản làm việc"}])
        self.do("son", "agree")
        self.do("system", "note_service", "supplement-2")
        self.do("lan", "answer", "supplement-2", part_fields={"items": [{"answered": True}]})
        return self

    def signed(self, **changes: Any) -> Story:
        self.asked_again(**changes).do("ha", "submit_division", review_note="Phản ánh có căn cứ một phần, đã kiểm.")
        self.do("son", "submit_dept")
        self.do("yen", "sign_answer", signing_form="kt", deputy_reason="vang_mat", result_kind="chap_thuan")
        return self

    def returned(self, **changes: Any) -> Story:
        self.signed(**changes).do("van", "issue_result")
        self.do("minh", "return_result", receiver_name="Trần Thị Lan")
        return self

    def part(self, key: str) -> Part:
        return Part.objects.get(case=self.case, key=key)


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n190\n%%EOF\n"
)
