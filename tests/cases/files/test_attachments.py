"""Putting files into a case and taking them out: who, when, what the history keeps, what a repetition does."""
from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Mandate, Organisation
from cases.canonical import commitment
from cases.errors import CaseNotFound, FileRefused
from cases.models import Attachment, Blob, Case, Event, EventValues, RefusedAttempt
from cases.services import attach_file, attachments, open_case, remove_attachment
from cases.store import StoreFailed, orphans, path_of, read_blob
from tests.cases.files import upload_files as made
from tests.cases.officers.walk import Walk, user
from workflows.errors import TransitionRefused

pytestmark = pytest.mark.usefixtures("store")

LETTER = "request_letter"


def put(
    walk: Walk, who: str, kind: str, body: bytes | None = None, name: str = "công văn.pdf", part: str | None = None
) -> Attachment:
    source = io.BytesIO(made.pdf() if body is None else body)
    found: Attachment = attach_file(
        case_id=walk.case.pk, kind=kind, name=name, source=source, actor=user(who), now=walk.at, part_id=part
    )
    walk.case.refresh_from_db()
    return found


def take_out(walk: Walk, who: str, found: Attachment) -> Attachment:
    removed: Attachment = remove_attachment(attachment_id=found.pk, actor=user(who), now=walk.at)
    walk.case.refresh_from_db()
    return removed


def draft(walk: Walk, **more: Any) -> Walk:
    opened = open_case(procedure="ngo_aid", actor=user("lan"), now=walk.at, **more)
    walk.case = Case.objects.get(pk=opened.case.pk)
    return walk


def last_event(walk: Walk) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(bytes(Event.objects.filter(case=walk.case).latest("seq").body))
    return body


def supplement_asked(walk: Walk) -> Walk:
    walk.submitted()
    item = {"item": "Danh mục hàng hóa", "why": "Thiếu đơn giá", "basis": "Nghị định 313", "how": "Bổ sung cột đơn giá"}
    walk.do("minh", "request_supplement_intake", items=[item])
    return walk


# --- the applicant's draft --------------------------------------------------------------------------------------


def test_lan_puts_a_letter_into_her_draft(walk: Walk) -> None:
    found = put(draft(walk), "lan", LETTER)
    assert (found.name, found.kind, found.blob.media_type) == ("công văn.pdf", LETTER, "application/pdf")
    assert (found.uploaded_by, found.uploaded_at) == (user("lan"), walk.at)
    assert read_blob(found.blob) == made.pdf()
    assert found.blob.body is None
    assert found.shown is None


def test_the_history_keeps_hash_and_kind_and_commits_to_the_name(walk: Walk) -> None:
    """A file name may name a person: it stands beside the event and can be dropped, the hash stays."""
    found = put(draft(walk), "lan", LETTER, name="CV Trần Thị Lan.pdf")
    event = last_event(walk)
    assert (event["kind"], event["name"], event["role"]) == ("act", "attach", "applicant")
    assert event["actor"] == str(user("lan").pk)
    assert event["facts"] == {
        "attachment": str(found.pk), "attachment_kind": LETTER, "sha256": found.blob_id, "bytes": found.blob.size,
        "media_type": "application/pdf",
    }  # fmt: skip
    assert "Lan" not in json.dumps(event, ensure_ascii=False)
    kept = EventValues.objects.get(case=walk.case, seq=event["seq"]).values["file_name"]
    assert kept["value"] == "CV Trần Thị Lan.pdf"
    assert event["inputs"]["file_name"] == commitment(kept["value"], bytes.fromhex(kept["salt"]))


def test_a_component_raises_the_version_of_the_case(walk: Walk) -> None:
    before = draft(walk).case.version
    found = put(walk, "lan", LETTER)
    assert walk.case.version == before + 1
    take_out(walk, "lan", found)
    assert walk.case.version == before + 2


def test_the_same_bytes_again_are_the_same_attachment(walk: Walk) -> None:
    first = put(draft(walk), "lan", LETTER)
    events, version = walk.case.head_seq, walk.case.version
    assert put(walk, "lan", LETTER, name="tên khác.pdf").pk == first.pk
    assert (walk.case.head_seq, walk.case.version) == (events, version)
    other = put(walk, "lan", "donor_consent")
    assert other.pk != first.pk
    assert other.blob_id == first.blob_id


def test_several_files_of_one_kind_stand_beside_each_other(walk: Walk) -> None:
    put(draft(walk), "lan", LETTER)
    put(walk, "lan", LETTER, made.word(), "phụ lục.docx")
    assert sorted(walk.case.attachments.filter(kind=LETTER, replaced_at=None).values_list("name", flat=True)) == [
        "công văn.pdf", "phụ lục.docx",
    ]  # fmt: skip


def test_a_photo_is_kept_as_it_came_and_shown_without_its_secrets(walk: Walk) -> None:
    found = put(draft(walk), "lan", "goods_list", made.photo(), "ảnh kho.jpg")
    assert read_blob(found.blob) == made.photo()
    assert found.shown is not None
    assert b"Tran Thi Lan" not in read_blob(found.shown)
    assert found.shown.media_type == "image/jpeg"


def test_a_file_on_disk_is_taken_as_well_as_a_stream(walk: Walk, tmp_path: Path) -> None:
    source = tmp_path / "don.pdf"
    source.write_bytes(made.pdf())
    found = attach_file(
        case_id=draft(walk).case.pk, kind=LETTER, name=source.name, source=source, actor=user("lan"), now=walk.at
    )
    assert found.blob.size == source.stat().st_size


def test_what_is_taken_out_is_set_aside_and_counts_no_more(walk: Walk) -> None:
    found = put(draft(walk), "lan", LETTER)
    walk.pass_time()
    assert take_out(walk, "lan", found).replaced_at == walk.at
    assert (last_event(walk)["name"], last_event(walk)["facts"]["sha256"]) == ("detach", found.blob_id)
    assert path_of(found.blob_id).exists()
    events = walk.case.head_seq
    assert take_out(walk, "lan", found).replaced_at == walk.at
    assert walk.case.head_seq == events
    assert put(walk, "lan", LETTER).pk != found.pk


# --- who and when -----------------------------------------------------------------------------------------------


def test_a_stranger_learns_nothing_of_the_case(walk: Walk) -> None:
    draft(walk)
    letter = put(walk, "lan", LETTER)
    with pytest.raises(CaseNotFound):
        put(walk, "phuc", LETTER)
    with pytest.raises(CaseNotFound):
        take_out(walk, "phuc", letter)
    with pytest.raises(CaseNotFound):
        attach_file(case_id=uuid.uuid4(), kind=LETTER, name="a", source=io.BytesIO(), actor=user("lan"), now=walk.at)
    with pytest.raises(CaseNotFound):
        remove_attachment(attachment_id=uuid.uuid4(), actor=user("lan"), now=walk.at)


def test_hong_of_the_same_organisation_helps_with_the_draft(walk: Walk) -> None:
    university = Organisation.objects.get(name="Trường Đại học Lam Giang")
    found = put(draft(walk, organisation=university), "lan", LETTER)
    assert put(walk, "hong", "donor_consent").uploaded_by == user("hong")
    assert take_out(walk, "hong", found).replaced_at is not None


def test_after_filing_the_dossier_is_closed_and_the_attempt_is_remembered(walk: Walk) -> None:
    walk.submitted()
    for who in ("lan", "minh"):
        with pytest.raises(TransitionRefused) as refused:
            put(walk, who, LETTER)
        assert [r.code for r in refused.value.reasons] == ["not_in_state"]
    remembered = RefusedAttempt.objects.filter(case=walk.case).values_list("name", "person")
    assert set(remembered) == {("attach", user("lan").pk), ("attach", user("minh").pk)}
    letter = walk.case.attachments.get(kind=LETTER)
    with pytest.raises(TransitionRefused):
        take_out(walk, "lan", letter)


def test_a_supplement_opens_it_again_for_lan_and_for_the_counter(walk: Walk) -> None:
    supplement_asked(walk)
    old = walk.case.attachments.get(kind="goods_list")
    new = put(walk, "lan", "goods_list", made.word(), "danh mục.docx")
    take_out(walk, "lan", old)
    assert list(walk.case.attachments.filter(kind="goods_list", replaced_at=None)) == [new]
    assert last_event(walk)["role"] == "applicant"
    put(walk, "minh", "donor_consent", made.word(), "bản nộp tại quầy.docx")
    assert last_event(walk)["role"] == "intake"
    for who in ("ha", "son", "binh"):
        with pytest.raises(TransitionRefused):
            put(walk, who, LETTER, made.word(), "a.docx")


def test_minh_files_at_the_counter_for_somebody_without_an_account(walk: Walk) -> None:
    opened = open_case(procedure="ngo_aid", actor=user("minh"), applicant=None, now=walk.at)
    walk.case = Case.objects.get(pk=opened.case.pk)
    put(walk, "minh", LETTER, made.photo(), "bản chụp.jpg")
    assert last_event(walk)["role"] == "intake"
    with pytest.raises(TransitionRefused):
        put(walk, "ha", LETTER)


# --- scans that steps ask for -----------------------------------------------------------------------------------


def test_an_agency_attaches_its_answer_to_the_question_that_it_was_asked(walk: Walk) -> None:
    walk.consulting()
    part = walk.opinion("provincial_police")
    version, part_version = walk.case.version, part.version
    found = put(walk, "cong-an", "ask:file", name="trả lời.pdf", part=part.key)
    assert found.part == part
    event = last_event(walk)
    assert (event["part"], event["role"]) == (part.key, "consultee")
    part.refresh_from_db()
    assert (walk.case.version, part.version) == (version, part_version), "nobody's open form turns stale by an upload"


def test_without_a_part_the_open_question_of_the_agency_is_found(walk: Walk) -> None:
    walk.consulting()
    assert put(walk, "tai-chinh", "ask:file").part == walk.opinion("department_of_finance")


def test_an_agency_puts_nothing_into_the_question_of_another(walk: Walk) -> None:
    walk.consulting()
    with pytest.raises(CaseNotFound):
        put(walk, "tai-chinh", "ask:file", part=walk.opinion("provincial_police").key)
    with pytest.raises(TransitionRefused):
        put(walk, "tai-chinh", LETTER)


def test_the_officer_who_records_an_answer_attaches_its_scan(walk: Walk) -> None:
    walk.consulting()
    part = walk.opinion("provincial_police")
    found = put(walk, "ha", "ask:outside_scan", part=part.key)
    assert last_event(walk)["role"] == "specialist"
    assert found.part == part


def test_nobody_attaches_what_no_step_asks_now(walk: Walk) -> None:
    walk.received()
    with pytest.raises(TransitionRefused):
        put(walk, "ha", "ask:outside_scan")
    for kind in ("ask:", "ask:nothing", "nothing", ""):
        with pytest.raises(FileRefused) as refused:
            put(walk, "minh", kind)
        assert refused.value.reason.code == "file_kind"


def test_whoever_acts_for_the_clerk_attaches_for_the_clerk_s_step(walk: Walk) -> None:
    """A mandate that covers the step lends its role, to Tâm and to nobody else."""
    walk.consulting()
    part = walk.opinion("provincial_police")
    with pytest.raises(TransitionRefused):
        put(walk, "tam", "ask:outside_scan", part=part.key)
    today = walk.at.date()
    Mandate.objects.create(
        grantor=user("van"), grantee=user("tam"), role="clerk", procedures=["ngo_aid"], acts=["record_answer"],
        document_no="12/QĐ-SNgV", document_date=today, valid_from=today, valid_to=today,
    )  # fmt: skip
    assert put(walk, "tam", "ask:outside_scan", part=part.key).uploaded_by == user("tam")
    assert last_event(walk)["role"] == "clerk"
    with pytest.raises(TransitionRefused):
        put(walk, "thao", "ask:outside_scan", part=part.key)


def test_an_answer_can_be_taken_back_by_its_uploader_until_the_step(walk: Walk) -> None:
    walk.consulting()
    part = walk.opinion("provincial_police")
    wrong = put(walk, "cong-an", "ask:file", made.word(), "nhầm.docx", part.key)
    with pytest.raises(TransitionRefused):
        take_out(walk, "ha", wrong)
    take_out(walk, "cong-an", wrong)
    walk.answered(["provincial_police"])
    used = Attachment.objects.get(part=part, replaced_at=None)
    with pytest.raises((TransitionRefused, CaseNotFound)):
        take_out(walk, "cong-an", used)


# --- refusals before anything is written ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "code", "too_large"),
    [
        ("a.exe", b"MZ" + b"\0" * 50, "file_type", False),
        ("a.pdf", b"", "file_empty", False),
        ("a.docx", made.word({"word/vbaProject.bin": b"x"}), "file_macro", False),
        ("a.pdf", made.pdf() + b"\0" * (21 * 1024 * 1024), "file_too_large", True),
        ("IMG_1.HEIC", b"\0\0\0\x18ftypheic", "file_heic", False),
    ],
    ids=["program", "empty", "macro", "too large", "HEIC"],
)
def test_a_refused_file_leaves_nothing(
    walk: Walk, store: Path, name: str, body: bytes, code: str, too_large: bool
) -> None:
    draft(walk)
    with pytest.raises(FileRefused) as refused:
        put(walk, "lan", LETTER, body, name)
    assert (refused.value.reason.code, refused.value.too_large) == (code, too_large)
    assert name in refused.value.reason.vi
    assert not walk.case.attachments.exists()
    assert [p for p in store.rglob("*") if p.is_file()] == []


def test_a_case_holds_so_much_and_no_more(walk: Walk, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CASE_QUOTA_MB = 1
    draft(walk)
    put(walk, "lan", LETTER, made.pdf(made.stream("", b"x" * 700_000)))
    found = walk.case.attachments.get()
    take_out(walk, "lan", found)
    with pytest.raises(FileRefused) as refused:
        put(walk, "lan", LETTER, made.pdf(made.stream("", b"y" * 700_000)))
    assert refused.value.reason.code == "file_quota"
    monkeypatch.setattr(attachments, "MOST_FILES", 1)
    with pytest.raises(FileRefused):
        put(walk, "lan", LETTER)


def test_a_full_disk_is_told_and_nothing_is_recorded(walk: Walk, store: Path) -> None:
    draft(walk)
    before = walk.case.head_seq
    store.mkdir(exist_ok=True)
    (store / "sha256").write_text("chỗ này không phải thư mục")
    with pytest.raises(StoreFailed):
        put(walk, "lan", LETTER)
    walk.case.refresh_from_db()
    assert walk.case.head_seq == before
    assert not Blob.objects.filter(size=len(made.pdf()), body=None).exists()
    (store / "sha256").unlink()
    assert put(walk, "lan", LETTER).replaced_at is None


def test_what_the_transaction_refuses_is_a_stray_that_is_swept(walk: Walk, store: Path) -> None:
    """Lan uploads while her colleague files the case: the bytes are stored, the attachment is refused."""
    walk.drafted()

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() == 0:
                walk.do("lan", "submit")
            return super().read(size)

    body = made.word()
    with pytest.raises(TransitionRefused):
        attach_file(
            case_id=walk.case.pk, kind=LETTER, name="a.docx", source=Slow(body), actor=user("lan"), now=walk.at
        )
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)
    assert body in [path.read_bytes() for path in orphans(later)]
