"""The trial province with its people and published procedures; drafts of an aid case in every stage of writing."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Organisation, User
from cases.models import Case
from cases.procedures import definition_of
from cases.publication import publish_all
from cases.services import Outcome, advance_case, attach_file, open_case, save_dossier
from config.trial import address_of, load_trial

NOW = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)  # 09:00, a Tuesday, in Viet Nam
UNIVERSITY = "dai_hoc_lam_giang"
BODIES = {"lan": UNIVERSITY, "hong": UNIVERSITY, "phuc": "cong_ty_song_lam"}


@pytest.fixture(scope="module")
def _province(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        load_trial(now=NOW)
        publish_all(now=NOW)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def province(_province: None, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything a test of this folder does is undone; the clock stands."""
    monkeypatch.setenv("HOSO_CLOCK", NOW.isoformat())


def user(name: str) -> User:
    """Return a person of the trial province by the first part of the address."""
    return User.objects.get(email=address_of(name))


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(user(name))
    return client


@pytest.fixture
def lan() -> Client:
    return signed_in("lan")


@pytest.fixture
def hong() -> Client:
    """A colleague of Lan at the university."""
    return signed_in("hong")


@pytest.fixture
def phuc() -> Client:
    """A stranger to the university."""
    return signed_in("phuc")


@pytest.fixture
def minh() -> Client:
    """The officer at the counter."""
    return signed_in("minh")


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


def draft(who: str = "lan", values: dict[str, Any] | None = None) -> Case:
    """Return a draft of an aid case that somebody has opened for the own organisation."""
    body = Organisation.objects.get(code=BODIES[who])
    return open_case(procedure="ngo_aid", actor=user(who), organisation=body, now=NOW, values=values or {}).case


def complete(who: str = "lan", **changed: Any) -> Case:
    """Return a draft with everything that filing needs."""
    case = draft(who, {**GRANT, **changed})
    for kind in PAPERS:
        put(case, who, kind)
    case.refresh_from_db()
    return case


def put(case: Case, who: str, kind: str, name: str = "") -> None:
    attach_file(case_id=case.pk, kind=kind, name=name or f"{kind}.pdf", source=io.BytesIO(pdf(kind + name)),
                actor=user(who), now=NOW)  # fmt: skip


def filed(who: str = "lan", **changed: Any) -> Case:
    case = complete(who, **changed)
    step(case, who, "submit", confirm=["data_notice"])
    return case


def step(case: Case, who: str, name: str, part: str | None = None, **data: Any) -> Outcome:
    outcome = advance_case(case_id=case.pk, transition=name, actor=user(who), now=NOW, part_id=part, data=data)
    case.refresh_from_db()
    return outcome


def save(case: Case, who: str, **values: Any) -> None:
    save_dossier(case_id=case.pk, actor=user(who), now=NOW, values=values)
    case.refresh_from_db()


ITEMS = [
    {"item": "Văn bản nhất trí", "why": "Chưa có chữ ký", "basis": "Nghị định 313/2025/NĐ-CP", "how": "Nộp bản ký"},
    {"item": "Đơn giá", "why": "Thiếu đơn giá", "basis": "Nghị định 313/2025/NĐ-CP", "how": "Ghi đơn giá"},
]


def supplement_asked(who: str = "lan") -> Case:
    """Return a filed case of which the counter asks two things."""
    case = filed(who)
    step(case, "minh", "request_supplement_intake", items=ITEMS)
    return case


def received(who: str = "lan") -> Case:
    case = filed(who)
    checklist = {item.code: "yes" for item in definition_of(case.definition_id).checklists["intake"]}
    step(case, "minh", "receive", checklist=checklist)
    return case


def page(client: Client, address: str) -> str:
    """Return the text of a page that opens."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
    return answer.content.decode()


def field(text: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, name
    return found[1]
