"""An invented province with its office, people, and a grant of which every paper can be made."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from accounts.models import Organisation, OrgUnit, User
from cases.effects import PaperJob
from cases.models import Case, Part, Published, PublishedTemplate, TableRow
from documents.sources import composed
from workflows.asks import asks_of
from workflows.definition import Paper, Procedure, Step
from workflows.registry import draft, find, load

NOW = dt.datetime(2026, 3, 5, 2, 0, tzinfo=dt.UTC)  # 09:00 of 05/3/2026
START = dt.date(2020, 1, 1)

OFFICE: dict[str, dict[str, Any]] = {
    "agency": {
        "name": "Sở Ngoại vụ",
        "parent_name": "Ủy ban nhân dân tỉnh Tân Giang",
        "symbol": "SNgV",
        "unit_symbol": "HTQT",
        "place": "Tân Giang",
        "head_title": "Giám đốc",
    },
    "ppc": {
        "name": "Ủy ban nhân dân tỉnh Tân Giang",
        "body": "Ủy ban nhân dân",
        "symbol": "UBND",
        "unit_symbol": "KGVX",
        "place": "Tân Giang",
        "head_title": "Chủ tịch",
        "collective": True,
    },
    "ppc_office": {
        "name": "Văn phòng",
        "parent_name": "Ủy ban nhân dân tỉnh Tân Giang",
        "symbol": "VPUBND",
        "place": "Tân Giang",
        "head_title": "Chánh Văn phòng",
    },
    "one_stop": {
        "name": "Bộ phận Một cửa",
        "parent_name": "Sở Ngoại vụ tỉnh Tân Giang",
        "place": "Tân Giang",
    },
    "signers": {
        "dept_leader": {"name": "Lê Thị Bình", "title": "Giám đốc"},
        "ppc_chair": {"name": "Nguyễn Văn Quang", "title": "Chủ tịch"},
        "ppc_office": {"name": "Trần Thanh Tùng", "title": "Chánh Văn phòng"},
    },
    "site": {"url": "https://hoso.tangiang.example"},
}

GRANT: dict[str, Any] = {
    "applicant_kind": "to_chuc",
    "applicant_name": "Hội Khuyến học tỉnh Tân Giang",
    "return_method": "truc_tuyen",
    "aid_kind": "phi_du_an",
    "title_vi": "Nước sạch và vệ sinh trường học vùng cù lao",
    "donor_name": "Tổ chức Green River Foundation",
    "owner_org": "hoi_khuyen_hoc",
    "managing_agency": "so_giao_duc",
    "sites": ["28001", "28002"],
    "goals": "Lắp đặt hệ thống lọc nước cho 12 trường tiểu học và trung học cơ sở tại các xã cù lao.\n"
    "Tập huấn kỹ năng vệ sinh, phòng bệnh cho khoảng 3.500 học sinh và 180 giáo viên.",
    "amount": {"minor": 18_750_000, "currency": "USD"},
    "amount_vnd": 4_921_875_000,
    "amount_cash": {"minor": 15_000_000, "currency": "USD"},
    "amount_in_kind": {"minor": 2_500_000, "currency": "USD"},
    "amount_technical": {"minor": 1_250_000, "currency": "USD"},
    "counterpart": {"minor": 350_000_000, "currency": "VND"},
    "budget_revenue": False,
    "start_date": "2026-04-01",
    "end_date": "2027-12-31",
    "account_no": "9527.1.1234567 tại Kho bạc Nhà nước khu vực XX",
    "appraisal_points": [
        {"point": "Tính hợp pháp của hồ sơ", "finding": "dat", "remark": "Đủ thành phần theo quy định."},
        {"point": "Sự phù hợp với quy hoạch, kế hoạch của tỉnh", "finding": "dat"},
        {"point": "Hàng hóa nhập khẩu đã qua sử dụng", "finding": "khong_ap_dung", "remark": "Không có hàng cũ."},
    ],
    "about_case": "H20.13-260105-0003",
    "grievance": "Hồ sơ nộp đủ từ đầu tháng 01 nhưng đến ngày hẹn chưa có kết quả và không được thông báo lý do.",
}

NOTE = (
    "Hồ sơ đủ thành phần, hợp lệ; nguồn gốc viện trợ hợp pháp, Bên cung cấp có giấy đăng ký hoạt động còn hiệu lực.\n"
    "Mục tiêu, quy mô phù hợp với kế hoạch phát triển giáo dục của tỉnh; chủ khoản viện trợ đủ năng lực tiếp nhận."
)
QUESTIONS = (
    "1. Sự phù hợp của mục tiêu, quy mô khoản viện trợ với quy hoạch, kế hoạch của ngành, địa phương.\n"
    "2. Tính pháp lý, hoạt động của Bên cung cấp viện trợ trên địa bàn.\n"
    "3. Những nội dung cần lưu ý về an ninh, trật tự trong quá trình thực hiện."
)
ASK: dict[str, Any] = {
    "questions": QUESTIONS,
    "reply_by": "2026-03-13",
    "consultee_list": ["provincial_police", "department_of_finance", "commune_committee"],
    "review_note": NOTE,
    "meeting_on": "2026-03-18",
    "meeting_place": "Phòng họp số 2, trụ sở Sở Ngoại vụ, số 12 đường Bờ Sông, phường Tân Giang",
    "ground": "not_eligible",
    "refusal_reason": "Khoản viện trợ có nội dung kinh doanh thu lợi nhuận, không thuộc phạm vi của nghị định.",
    "delay_reason": "Một cơ quan được lấy ý kiến đề nghị gia hạn trả lời do phải kiểm tra thực địa.",
    "new_due_on": "2026-03-27",
    "error_text": "Hội Khuyến học tỉnh Tân Gian",
    "corrected_text": "Hội Khuyến học tỉnh Tân Giang",
    "items": [
        {
            "item": "Văn bản nhất trí của Bên cung cấp",
            "why": "Chưa có chữ ký người đại diện",
            "basis": "Nghị định 313/2025/NĐ-CP",
            "how": "Nộp bản có chữ ký, kèm bản dịch tiếng Việt.",
        },
        {
            "item": "Danh mục hàng hóa",
            "why": "Thiếu đơn giá",
            "basis": "Nghị định 313/2025/NĐ-CP",
            "how": "Bổ sung cột đơn giá, thành tiền.",
        },
    ],
}


@lru_cache(maxsize=8)
def definition_of(code: str, folder: str) -> tuple[Procedure, Mapping[str, bytes]]:
    """Return the procedure with its templates composed and pinned, as publication does it."""
    procedure, path = load(code, folder), draft(find(code, folder)).search_path
    templates: dict[str, bytes] = {}
    papers = []
    for paper in procedure.papers:
        text = next(
            (p / "papers" / f"{paper.code}.txt" for p in path if (p / "papers" / f"{paper.code}.txt").exists()), None
        )
        if text is None:
            papers.append(paper)
            continue
        templates[paper.code] = composed(paper, procedure, text.read_text(encoding="utf-8"))
        papers.append(paper.model_copy(update={"template": hashlib.sha256(templates[paper.code]).hexdigest()}))
    return procedure.model_copy(update={"papers": tuple(papers)}), templates


@dataclass
class Office:
    """The office with its people; papers of the grant are made by `job`."""

    lan: User
    minh: User
    ha: User
    binh: User
    quang: User
    van: User
    definition: Procedure
    case: Case
    parts: list[Part] = field(default_factory=list)
    seq: int = 1

    def paper(self, code: str) -> Paper:
        return self.definition.paper(code)

    def job(
        self, stage: str, code: str, actor: User | None, ask: Mapping[str, Any] | None = None, **more: Any
    ) -> PaperJob:
        self.seq += 1
        found: dict[str, Any] = {
            "stage": stage,
            "paper": self.paper(code),
            "definition": self.definition,
            "step": self.step_of(stage, code),
            "case": self.case,
            "part": None,
            "parts": self.parts,
            "ask": ask if ask is not None else ASK,
            "actor": actor,
            "acting_for": None,
            "role": "",
            "recorded": False,
            "seq": self.seq,
            "now": NOW,
        }
        return PaperJob(**(found | more))

    def step_of(self, stage: str, code: str) -> Step:
        steps = [*self.definition.machine.transitions, *self.definition.machine.acts]
        named = [s for s in steps if code in getattr(s.papers, stage)]
        return named[0] if named else next(s for s in steps if s.papers.any)

    def asked(self, step: str) -> list[str]:
        found = next(s for s in self.definition.machine.transitions if s.name == step)
        return [f.name for f in asks_of(self.definition, found)]


def open_office(code: str = "ngo_aid", folder: str = "v2") -> Office:
    """Build the office in the database and one received case."""
    procedure, templates = definition_of(code, folder)
    rows = [("office", key, columns) for key, columns in OFFICE.items()]
    rows += [("admin_units", "28001", {"name": "xã Cồn Lớn"}), ("admin_units", "28002", {"name": "xã Cồn Nhỏ"})]
    rows += [("retention_rules", code, {"years": 20})]
    TableRow.objects.bulk_create(
        TableRow(table=t, key=k, columns=c, valid_from=START, src="thử nghiệm", confirmed=True, changed_at=NOW)
        for t, k, c in rows
    )
    people = {n: _person(*row) for n, row in PEOPLE.items()}
    Organisation.objects.create(code="hoi_khuyen_hoc", name="Hội Khuyến học tỉnh Tân Giang", valid_from=START)
    OrgUnit.objects.create(code="so_giao_duc", name="Sở Giáo dục và Đào tạo", kind="department", valid_from=START)
    published = Published.objects.create(
        procedure=code,
        folder=folder,
        version=procedure.version,
        hash=procedure.hash(),
        body=procedure.canonical(),
        effective_from=START,
        published_at=NOW,
    )
    PublishedTemplate.objects.bulk_create(
        PublishedTemplate(published=published, paper=p, sha256=hashlib.sha256(b).hexdigest(), body=b)
        for p, b in templates.items()
    )
    case = Case.objects.create(
        procedure=code,
        definition=published,
        case_code="H20.13-260305-0001",
        state="assigned",
        entered_at=NOW,
        applicant=people["lan"],
        opened_by=people["lan"],
        title=GRANT["title_vi"],
        applicant_name=GRANT["applicant_name"],
        created_at=NOW,
        saved_at=NOW,
        received_at=NOW,
        due_on=dt.date(2026, 3, 25),
        original_due_on=dt.date(2026, 3, 25),
        dossier=dict(GRANT),
        attributes={"extension_count": 1, "stop_reason": "nguoi_nop_rut"},
        closed_on=dt.date(2026, 4, 20),
    )
    held: dict[str, Any] = dict(people)
    return Office(**held, definition=procedure, case=case, parts=opinions_of(case))


PEOPLE = {
    "lan": ("lan@vidu.example", "Phạm Thị Lan", ""),
    "minh": ("minh@vidu.example", "Đỗ Văn Minh", "Chuyên viên"),
    "ha": ("ha@vidu.example", "Vũ Thu Hà", "Chuyên viên"),
    "binh": ("binh@vidu.example", "Lê Thị Bình", "Giám đốc"),
    "quang": ("quang@vidu.example", "Nguyễn Văn Quang", "Chủ tịch"),
    "van": ("van@vidu.example", "Hoàng Thị Vân", "Văn thư"),
}


def _person(email: str, name: str, title: str) -> User:
    return User.objects.create(email=email, full_name=name, title=title, is_officer=bool(title))


def opinions_of(case: Case) -> list[Part]:
    """Three agencies asked: one agrees, one with conditions, one says nothing in time."""
    told: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            "provincial_police",
            {
                "verdict": "dong_y",
                "content": "Thống nhất nội dung khoản viện trợ.",
                "answer_no": "512/CAT-PA01",
                "answer_date": "2026-03-10",
            },
        ),
        (
            "department_of_finance",
            {
                "verdict": "dong_y_co_dieu_kien",
                "content": "Làm rõ phần vốn đối ứng bằng hiện vật.",
                "answer_no": "230/STC-NS",
                "answer_date": "2026-03-11",
                "explanation": "Đã bổ sung cam kết vốn đối ứng của chủ khoản viện trợ.",
            },
        ),
        ("commune_committee", {"silence": True}),
    )
    return [
        Part.objects.create(
            case=case,
            kind="opinion",
            key=f"opinion-{n}",
            state="answered" if "verdict" in values else "timed_out",
            opened_at=NOW,
            entered_at=NOW,
            closed=True,
            fields={"agency": agency, **values},
        )
        for n, (agency, values) in enumerate(told, 1)
    ]
