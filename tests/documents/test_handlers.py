"""The life of a paper: draft, signed, issued, superseded or void; refused when something is missing."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django_fsm import TransitionNotAllowed

from accounts.models import Mandate, OrgUnit
from cases.effects import Effect
from cases.errors import PaperImpossible
from cases.models import Attachment, Blob, TableRow
from documents.handlers import make_papers, preview, void_papers
from documents.models import Document
from documents.package import content_hash
from tests.documents.reading import header_text, opened, texts, whole_text
from tests.documents.scene import ASK, NOW, Office


def body_of(document: Document) -> bytes:
    assert document.blob is not None
    return bytes(document.blob.body or b"")


def scan_of(office: Office, *, case: bool = True) -> Attachment:
    blob = Blob.objects.create(
        sha256=hashlib.sha256(b"scan").hexdigest(), size=4, media_type="application/pdf", body=b"scan", created_at=NOW
    )
    return Attachment.objects.create(
        case=office.case, kind="ask:outside_scan", name="ban-ky.pdf", blob=blob, uploaded_at=NOW
    )


def signed(office: Office, code: str = "submission_ppc") -> Document:
    make_papers([office.job("prepare", code, office.ha)])
    made = make_papers([office.job("sign", code, office.binh)])
    return Document.objects.get(pk=made[0].document_id)


def test_a_draft_has_no_number_and_is_marked_as_one(office: Office) -> None:
    made = make_papers([office.job("prepare", "submission_ppc", office.ha)])
    document = Document.objects.get(pk=made[0].document_id)
    assert (document.status, document.number, document.drafter) == ("draft", None, office.ha)
    assert header_text(body_of(document)).count("DỰ THẢO") == 2
    assert texts(opened(body_of(document)), "SoKyHieu")[0].split("/")[1] == "TTr-SNgV"
    assert texts(opened(body_of(document)), "DiaDanh")[0].endswith("năm 2026")


def test_signing_fixes_the_content_and_issuing_adds_number_and_day(office: Office) -> None:
    document = signed(office)
    fixed = document.context_hash
    assert (document.status, document.signed_by, document.signer_name) == ("signed", office.binh, "Lê Thị Bình")
    assert "DỰ THẢO" not in header_text(body_of(document))
    office.case.dossier["title_vi"] = "Một tên khác hẳn"
    made = make_papers([office.job("issue", "submission_ppc", office.van)])
    final = Document.objects.get(pk=document.pk)
    assert (final.status, final.number_text, final.issued_on) == ("issued", "01/TTr-SNgV", dt.date(2026, 3, 5))
    assert final.context_hash == fixed
    assert "Một tên khác hẳn" not in whole_text(body_of(final))
    assert made[0].sha256 == hashlib.sha256(body_of(final)).hexdigest()
    assert made[0].content_hash == content_hash(body_of(final))
    assert made[0].template == office.paper("submission_ppc").template


def test_what_was_seen_before_signing_and_each_stage_stay_in_the_store(office: Office) -> None:
    made = make_papers([office.job("prepare", "submission_ppc", office.ha)])
    made += make_papers([office.job("sign", "submission_ppc", office.binh)])
    made += make_papers([office.job("issue", "submission_ppc", office.van)])
    assert Blob.objects.filter(sha256__in={m.sha256 for m in made}).count() == 3


def test_a_paper_without_a_draft_cannot_be_signed(office: Office) -> None:
    with pytest.raises(PaperImpossible) as refused:
        make_papers([office.job("sign", "submission_ppc", office.binh)])
    assert refused.value.reasons[0].code == "draft_missing"


def test_a_stale_draft_cannot_be_signed(office: Office) -> None:
    make_papers([office.job("prepare", "submission_ppc", office.ha)])
    office.case.papers = {"submission_ppc": {"draft": True, "stale": True}}
    with pytest.raises(PaperImpossible) as refused:
        make_papers([office.job("sign", "submission_ppc", office.binh)])
    assert refused.value.reasons[0].code == "draft_stale"


def test_a_paper_that_is_not_signed_cannot_be_issued(office: Office) -> None:
    make_papers([office.job("prepare", "submission_ppc", office.ha)])
    with pytest.raises(PaperImpossible) as refused:
        make_papers([office.job("issue", "submission_ppc", office.van)])
    assert refused.value.reasons[0].code == "not_signed"


def test_a_new_draft_voids_the_earlier_one(office: Office) -> None:
    first = make_papers([office.job("prepare", "submission_ppc", office.ha)])[0]
    make_papers([office.job("prepare", "submission_ppc", office.ha)])
    assert Document.objects.get(pk=first.document_id).status == "void"
    assert Document.objects.filter(status="draft").count() == 1


def test_a_paper_issued_anew_supersedes_the_earlier_one_only_when_issued(office: Office) -> None:
    signed(office)
    first = make_papers([office.job("issue", "submission_ppc", office.van)])[0]
    later = signed(office)
    assert Document.objects.get(pk=first.document_id).status == "issued"
    make_papers([office.job("issue", "submission_ppc", office.van)])
    earlier = Document.objects.get(pk=first.document_id)
    assert (earlier.status, earlier.number) == ("superseded", 1)
    assert Document.objects.get(pk=later.pk).supersedes == earlier


def test_one_step_may_prepare_sign_and_issue(office: Office) -> None:
    ask = ASK | {"signing_form": "tm"}
    jobs = [office.job(stage, "donor_notice", office.quang, ask) for stage in ("prepare", "sign")]
    assert [m.status for m in make_papers(jobs)] == ["draft", "signed"]


def test_two_papers_of_a_step_are_issued_with_their_numbers(office: Office) -> None:
    signed(office)
    signed(office, "appraisal_report")
    jobs = [office.job("issue", code, office.van) for code in ("submission_ppc", "appraisal_report")]
    assert [m.number for m in make_papers(jobs)] == ["01/TTr-SNgV", "01/BC-SNgV"]


def test_issuing_a_numbered_paper_takes_four_statements(office: Office) -> None:
    signed(office)
    with CaptureQueriesContext(connection) as seen:
        make_papers([office.job("issue", "submission_ppc", office.van)])
    assert len(seen) <= 4, [q["sql"][:90] for q in seen.captured_queries]


def test_two_numbered_papers_take_no_more_statements_than_one(office: Office) -> None:
    signed(office)
    signed(office, "appraisal_report")
    jobs = [office.job("issue", code, office.van) for code in ("submission_ppc", "appraisal_report")]
    with CaptureQueriesContext(connection) as seen:
        make_papers(jobs)
    assert len(seen) <= 4


def test_a_form_goes_straight_to_issued(office: Office) -> None:
    document = Document.objects.get(
        pk=make_papers([office.job("issue", "form_01_receipt", office.minh)])[0].document_id
    )
    text = whole_text(body_of(document))
    assert (document.status, document.number_text, document.signed_by) == ("issued", "", office.minh)
    assert "H20.13-260305-0001" in text
    assert "09 giờ 00 phút, ngày 05 tháng 3 năm 2026" in text
    assert "ngày 25 tháng 3 năm 2026" in text
    assert "Đỗ Văn Minh" in text


def test_a_form_prints_on_a5_where_the_office_has_decided_so(office: Office) -> None:
    TableRow.objects.create(
        table="office",
        key="forms",
        columns={"01": {"page": "A5"}},
        valid_from=dt.date(2026, 1, 1),
        src="QĐ",
        changed_at=NOW,
    )
    document = Document.objects.get(
        pk=make_papers([office.job("issue", "form_01_receipt", office.minh)])[0].document_id
    )
    section = opened(body_of(document)).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (148, 210)


def test_a_required_value_that_is_empty_stops_the_paper_and_is_named(office: Office) -> None:
    del office.case.dossier["donor_name"]
    office.case.dossier["managing_agency"] = ""
    with pytest.raises(PaperImpossible) as refused:
        make_papers([office.job("prepare", "approval_decision", office.ha)])
    assert [r.path for r in refused.value.reasons] == ["merge.donor_name", "merge.managing_agency"]
    assert "Bên cung cấp viện trợ" in refused.value.reasons[0].vi
    assert not Document.objects.exists()


def test_an_optional_value_that_is_empty_prints_nothing_odd(office: Office) -> None:
    del office.case.dossier["counterpart"]
    made = make_papers([office.job("prepare", "approval_decision", office.ha)])
    text = whole_text(body_of(Document.objects.get(pk=made[0].document_id)))
    assert "Vốn đối ứng: không có." in text
    assert "None" not in text


def test_a_value_with_a_control_character_stops_the_paper(office: Office) -> None:
    office.case.dossier["title_vi"] = "Nước\u202esạch"
    with pytest.raises(PaperImpossible) as refused:
        make_papers([office.job("prepare", "submission_ppc", office.ha)])
    assert refused.value.reasons[0].path == "merge.title_vi"


def test_an_office_that_has_not_said_its_symbol_makes_no_letter(office: Office) -> None:
    TableRow.objects.filter(table="office", key="agency").update(columns={"name": "Sở Ngoại vụ"})
    with pytest.raises(PaperImpossible) as refused:
        make_papers([office.job("prepare", "submission_ppc", office.ha)])
    assert {r.path for r in refused.value.reasons} == {"office.agency.symbol", "office.agency.place"}


def test_a_sensitive_field_stands_only_on_papers_that_name_it(office: Office) -> None:
    for code in ("submission_ppc", "approval_decision"):
        make_papers([office.job("prepare", code, office.ha)])
    account = office.case.dossier["account_no"]
    assert account not in whole_text(body_of(Document.objects.get(paper="submission_ppc")))
    assert account not in str(Document.objects.get(paper="submission_ppc").context)
    assert account in whole_text(body_of(Document.objects.get(paper="approval_decision")))


def test_silence_of_an_agency_is_printed_as_silence(office: Office) -> None:
    make_papers([office.job("prepare", "submission_ppc", office.ha)])
    text = whole_text(body_of(Document.objects.get()))
    assert "Không có ý kiến trong thời hạn" in text
    assert "Đồng ý có điều kiện" in text


def test_a_recorded_signature_names_the_signer_on_paper_and_keeps_the_scan(office: Office) -> None:
    scan = scan_of(office)
    make_papers([office.job("prepare", "approval_decision", office.ha)])
    ask = ASK | {
        "signing_form": "tm",
        "outside_no": "386/QĐ-UBND",
        "outside_signer": "Nguyễn Văn Quang",
        "outside_scan": str(scan.pk),
    }
    make_papers([office.job("sign", "approval_decision", office.ha, ask, recorded=True)])
    document = Document.objects.get()
    assert (document.recorded, document.signed_by, document.signer_name) == (True, None, "Nguyễn Văn Quang")
    assert document.scan == scan
    with pytest.raises(PaperImpossible) as refused:
        make_papers(
            [
                office.job(
                    "issue",
                    "approval_decision",
                    office.van,
                    {"number_approval_decision": "387", "date_approval_decision": "2026-03-05"},
                )
            ]
        )
    assert refused.value.reasons[0].code == "number_differs"


def test_another_bodys_document_is_kept_and_never_rendered(office: Office) -> None:
    scan = scan_of(office)
    ask = {
        "outside_no": "12/BB-HĐ",
        "outside_date": "2026-03-04",
        "outside_signer": "Lê Thị Bình",
        "outside_scan": str(scan.pk),
    }
    made = make_papers([office.job("issue", "meeting_minutes", office.ha, ask, recorded=True)])
    document = Document.objects.get(pk=made[0].document_id)
    assert (document.status, document.number, document.number_text) == ("issued", None, "12/BB-HĐ")
    assert (document.issued_on, document.signer_name) == (dt.date(2026, 3, 4), "Lê Thị Bình")
    assert made[0].issued_on == "2026-03-04"
    assert (document.sha256, document.context) == (scan.blob_id, {"recorded_no": "12/BB-HĐ"})


def test_a_scan_of_another_case_is_refused(office: Office) -> None:
    with pytest.raises(PaperImpossible):
        make_papers(
            [office.job("issue", "meeting_minutes", office.ha, {"outside_scan": str(office.case.pk)}, recorded=True)]
        )


def test_a_signature_under_mandate_names_the_mandate(office: Office) -> None:
    Mandate.objects.create(
        grantor=office.quang, grantee=office.binh, role="ppc_chair", form="tuq", document_no="15/QĐ-UBND",
        document_date=dt.date(2026, 1, 5), valid_from=dt.date(2026, 1, 5), valid_to=dt.date(2026, 12, 31),
    )  # fmt: skip
    make_papers([office.job("prepare", "approval_decision", office.ha)])
    make_papers(
        [office.job("sign", "approval_decision", office.binh, {"signing_form": "tuq"}, acting_for=office.quang)]
    )
    document = opened(body_of(Document.objects.get()))
    assert texts(document, "QuyenHan") == ["TUQ. CHỦ TỊCH", "GIÁM ĐỐC"]
    assert texts(document, "UyQuyen") == ["(Theo văn bản ủy quyền số 15/QĐ-UBND ngày 05 tháng 01 năm 2026)"]


def test_a_preview_is_a_draft_and_leaves_nothing_behind(office: Office) -> None:
    body = preview(office.job("prepare", "submission_ppc", office.ha))
    assert "DỰ THẢO" in header_text(body)
    assert not Document.objects.exists()
    assert not Blob.objects.exists()


def test_a_preview_of_signing_shows_the_signer(office: Office) -> None:
    make_papers([office.job("prepare", "submission_ppc", office.ha)])
    office.binh.title = "Phó Giám đốc"
    body = preview(office.job("sign", "submission_ppc", office.binh, {"signing_form": "kt"}))
    assert texts(opened(body), "QuyenHan") == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]
    assert "DỰ THẢO" in header_text(body)


def test_the_demo_marks_every_paper(office: Office, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    signed(office)
    make_papers([office.job("issue", "submission_ppc", office.van)])
    assert "BẢN THỬ NGHIỆM" in header_text(body_of(Document.objects.get()))


def test_drafts_end_with_the_case(office: Office) -> None:
    signed(office)
    make_papers([office.job("issue", "submission_ppc", office.van)])
    make_papers([office.job("prepare", "appraisal_report", office.ha)])
    void_papers(Effect(1, "k", "void_papers", office.case.pk, office.seq, {}, 1, NOW))
    assert {d.paper: d.status for d in Document.objects.all()} == {
        "submission_ppc": "issued",
        "appraisal_report": "void",
    }


def test_a_status_cannot_be_written_by_hand_nor_leap(office: Office) -> None:
    document = signed(office)
    with pytest.raises(AttributeError):
        document.status = "issued"
    with pytest.raises(TransitionNotAllowed):
        document.supersede()


def test_the_database_keeps_a_number_to_one_document(office: Office) -> None:
    signed(office)
    make_papers([office.job("issue", "submission_ppc", office.van)])
    twin = signed(office)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=twin.pk).update(number=1, year=2026)


def test_two_previews_are_the_same_bytes(office: Office) -> None:
    first = preview(office.job("prepare", "submission_ppc", office.ha))
    assert first == preview(office.job("prepare", "submission_ppc", office.ha))


def test_a_letter_needs_the_symbol_of_the_unit_that_drafts_it(office: Office) -> None:
    row = TableRow.objects.get(table="office", key="agency")
    row.columns.pop("unit_symbol")
    row.save()
    with pytest.raises(PaperImpossible) as refused:
        make_papers([office.job("prepare", "opinion_request", office.ha)])
    assert refused.value.reasons[0].path == "office.agency.unit_symbol"
    division = OrgUnit.objects.create(
        code="p", name="Phòng Lãnh sự", kind="division", symbol="LS", valid_from=dt.date(2020, 1, 1)
    )
    office.case.unit = division
    make_papers([office.job("prepare", "opinion_request", office.ha)])
    assert Document.objects.get().symbol == "SNgV-LS"


def test_a_legal_basis_prints_when_the_office_has_confirmed_it(office: Office) -> None:
    text = "Luật Tổ chức chính quyền địa phương số 72/2025/QH15"
    make_papers([office.job("prepare", "approval_decision", office.ha)])
    TableRow.objects.create(
        table="bases", key=text, columns={"confirmed": True}, valid_from=dt.date(2026, 1, 1), src="Sở", changed_at=NOW
    )
    made = make_papers([office.job("prepare", "approval_decision", office.ha)])
    before = Document.objects.exclude(pk=made[0].document_id).get()
    assert f"Căn cứ {text};" not in texts(opened(body_of(before)), "CanCu")
    assert f"Căn cứ {text};" in texts(opened(body_of(Document.objects.get(pk=made[0].document_id))), "CanCu")
