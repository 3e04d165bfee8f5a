"""When the disk refuses: the page and the command say so in words, with the right status, and nothing is lost."""
from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from cases.services import attach_file
from config.trial import address_of
from tests.cases.files import upload_files as made
from tests.cases.officers.walk import Walk, user

SignedIn = Callable[[str], Client]
LETTER_TWO = "<w:p><w:r><w:t>Trang thứ hai</w:t></w:r></w:p>"


@pytest.fixture
def broken_store(walk: Walk, store: Path) -> Walk:
    """A draft, and a disk that takes no files any more."""
    walk.drafted()
    store.mkdir()
    (store / "sha256").write_text("không phải thư mục")
    return walk


def upload(name: str = "bo-sung.docx", body: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, made.word() if body is None else body)


def test_lan_s_upload_is_refused_in_words_while_the_disk_is_broken(broken_store: Walk, signed_in: SignedIn) -> None:
    address = f"/cases/{broken_store.case.code}/files/"
    answer = signed_in("lan").post(address, {"_kind": "goods_list", "file": upload()})
    assert answer.status_code == 503
    assert "chưa lưu được tệp" in answer.content.decode()
    assert broken_store.case.attachments.filter(kind="goods_list").count() == 1


def test_the_command_ends_with_one_and_says_so(broken_store: Walk, tmp_path: Path) -> None:
    file = tmp_path / "bo-sung.docx"
    file.write_bytes(made.word())
    out = io.StringIO()
    words = ("attach", broken_store.case.code, "goods_list", str(file), "--as", address_of("lan"), "--json")
    with pytest.raises(SystemExit) as end:
        call_command("case", *words, stdout=out)
    assert end.value.code == 1
    assert json.loads(out.getvalue())["error"] == "unavailable"


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [("a.exe", b"MZ", 422), ("a.pdf", b"", 422), ("a.pdf", made.pdf() + b"\0" * 21_000_000, 413)],
    ids=["program", "empty", "too large"],
)
def test_a_bad_upload_is_told_on_the_page(
    walk: Walk, store: Path, signed_in: SignedIn, name: str, body: bytes, status: int
) -> None:
    walk.drafted()
    address = f"/cases/{walk.case.code}/files/"
    answer = signed_in("lan").post(address, {"_kind": "goods_list", "file": upload(name, body)})
    assert answer.status_code == status
    assert "Không nhận loại tệp" in answer.content.decode() or "“a.pdf”" in answer.content.decode()


def test_an_agency_s_scan_that_is_refused_stays_on_its_page(walk: Walk, store: Path, signed_in: SignedIn) -> None:
    walk.consulting()
    part = walk.opinion("provincial_police").key
    address = f"/cases/{walk.case.code}/parts/{part}/do/answer/"
    sent = {"verdict": "dong_y", "content": "Thống nhất", "outside_no": "1/CAT", "outside_date": "02/03/2026"}
    answer = signed_in("cong-an").post(address, {**sent, "file": upload("quet.HEIC", b"\0\0\0\x18ftypheic")})
    assert answer.status_code == 422
    assert "Tương thích nhất" in answer.content.decode()


def test_the_original_of_a_photo_is_offered_to_the_office(walk: Walk, store: Path, signed_in: SignedIn) -> None:
    walk.drafted()
    photo = attach_file(
        case_id=walk.case.pk, kind="goods_list", name="ảnh.jpg", source=io.BytesIO(made.photo()), actor=user("lan"),
        now=walk.at,
    )  # fmt: skip
    walk.do("lan", "submit")
    page = signed_in("minh").get(f"/cases/{walk.case.code}/").content.decode()
    assert f"/cases/{walk.case.code}/files/{photo.pk}/original/" in page


def test_several_files_come_together_and_a_bad_one_keeps_no_other_out(walk: Walk, signed_in: SignedIn) -> None:
    walk.drafted()
    address, lan = f"/cases/{walk.case.code}/files/", signed_in("lan")
    pages = [upload("trang-1.docx"), upload("trang-2.docx", made.word(body=LETTER_TWO)), upload("a.exe", b"MZ")]
    answer = lan.post(address, {"_kind": "goods_list", "_replace": "1", "file": pages})
    names = set(walk.case.attachments.filter(kind="goods_list", replaced_at=None).values_list("name", flat=True))
    assert answer.status_code == 422
    assert "a.exe" in answer.content.decode()
    assert "Các tệp khác vừa chọn đã được nhận." in answer.content.decode()
    assert {"trang-1.docx", "trang-2.docx"} < names, "what was there is not replaced by half of what was sent"


def test_the_same_file_sent_again_after_a_broken_line_is_one_file(walk: Walk, signed_in: SignedIn) -> None:
    walk.drafted()
    address, lan = f"/cases/{walk.case.code}/files/", signed_in("lan")
    before, body = walk.case.attachments.count(), made.word(body=LETTER_TWO)  # a .docx made anew has another time in it
    for _ in range(2):
        assert lan.post(address, {"_kind": "goods_list", "file": upload("moi.docx", body)}).status_code == 302
    assert walk.case.attachments.count() == before + 1
