"""Looking at a file of a case: who gets it, how a browser is told to treat it, what is recorded, what is refused."""
from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from accounts.models import Organisation
from cases.access import may_look_closely, seen_files, sees_file
from cases.models import Attachment, Blob, Event, ViewLog
from cases.procedures import definition_of
from cases.services import attach_file
from cases.store import move_to_store, path_of
from tests.cases.files import upload_files as made
from tests.cases.officers.walk import Walk, user

pytestmark = pytest.mark.usefixtures("store")

SignedIn = Callable[[str], Client]
OFFICE = ("minh", "ha", "son", "binh", "van", "tung", "an")


def address(file: Attachment, tail: str = "") -> str:
    return f"/cases/{file.case.code}/files/{file.pk}/{tail}"


def body_of(answer: Any) -> bytes:
    """Return the bytes of an answer; read to its end, the file behind it is closed."""
    return bytes(answer.getvalue())


def status_for(client: Client, file: Attachment, tail: str = "") -> int:
    answer = client.get(address(file, tail))
    body_of(answer)
    return int(answer.status_code)


def letter(walk: Walk) -> Attachment:
    return Attachment.objects.select_related("case").get(case=walk.case, kind="request_letter", replaced_at=None)


def with_photo(walk: Walk) -> Attachment:
    """A grant as far as the agencies are asked, with a photo among its components."""
    walk.drafted()
    found: Attachment = attach_file(
        case_id=walk.case.pk, kind="goods_list", name="Ảnh kho hàng.jpg", source=io.BytesIO(made.photo()),
        actor=user("lan"), now=walk.at,
    )  # fmt: skip
    return found


def sensitive(file: Attachment) -> Attachment:
    Attachment.objects.filter(pk=file.pk).update(sensitive=True)
    file.refresh_from_db()
    return file


# --- who --------------------------------------------------------------------------------------------------------


def test_the_office_and_the_auditor_open_a_filed_letter_strangers_find_nothing(walk: Walk, signed_in: SignedIn) -> None:
    walk.consulting()
    file = letter(walk)
    assert {who: status_for(signed_in(who), file) for who in (*OFFICE, "lan", "cong-an")} == dict.fromkeys(
        (*OFFICE, "lan", "cong-an"), 200
    )
    for who in ("phuc", "quan-su", "admin", "nga"):
        assert status_for(signed_in(who), file) == 404, who
    assert status_for(Client(), file) == 302


def test_an_officer_whose_case_it_is_not_sees_code_and_status_only(walk: Walk, signed_in: SignedIn) -> None:
    """Dũng is of the division, the case is Hà's."""
    walk.checked()
    assert status_for(signed_in("dung"), letter(walk)) == 404
    assert status_for(signed_in("ha"), letter(walk)) == 200


def test_hong_sees_what_her_organisation_filed(walk: Walk, signed_in: SignedIn) -> None:
    walk.submitted()
    walk.case.organisation = Organisation.objects.get(name="Trường Đại học Lam Giang")
    walk.case.save(update_fields=["organisation"])
    assert status_for(signed_in("hong"), letter(walk)) == 200


def test_an_answer_of_an_agency_is_seen_by_the_office_and_that_agency_alone(walk: Walk, signed_in: SignedIn) -> None:
    walk.consulting()
    part = walk.opinion("provincial_police")
    file = Attachment.objects.get(pk=walk.file("ask:file", "trả lời.pdf", "cong-an", part.key))
    told = {"cong-an": 200, "ha": 200, "an": 200, "tai-chinh": 404, "lan": 404}
    assert {who: status_for(signed_in(who), file) for who in told} == told


def test_an_agency_sees_neither_sensitive_nor_replaced_components(walk: Walk) -> None:
    walk.consulting()
    file, police = letter(walk), user("cong-an")
    assert sees_file(walk.case, file, police, walk.at)
    assert not sees_file(walk.case, sensitive(file), police, walk.at)
    Attachment.objects.filter(pk=file.pk).update(sensitive=False, replaced_at=walk.at)
    file.refresh_from_db()
    assert not sees_file(walk.case, file, police, walk.at)
    assert sees_file(walk.case, file, user("ha"), walk.at)
    files = list(walk.case.attachments.select_related("part"))
    assert len(seen_files(walk.case, files, police, walk.at)) == len(files) - 1
    assert seen_files(walk.case, files, user("phuc"), walk.at) == []


def test_a_made_up_file_and_one_of_another_case_get_the_same_answer(walk: Walk, signed_in: SignedIn) -> None:
    walk.submitted()
    other = Walk(walk.clock).drafted()
    for wrong in (uuid.uuid4(), letter(other).pk, letter(walk).blob_id):
        assert signed_in("lan").get(f"/cases/{walk.case.code}/files/{wrong}/").status_code == 404


# --- how --------------------------------------------------------------------------------------------------------


def test_a_pdf_is_shown_without_any_right_and_kept_by_no_cache(walk: Walk, signed_in: SignedIn) -> None:
    walk.submitted()
    answer = signed_in("lan").get(address(letter(walk)))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Content-Security-Policy"].startswith("sandbox;")
    assert "allow" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert body_of(answer).startswith(b"%PDF-")


def test_a_word_file_is_saved_under_its_vietnamese_name(walk: Walk, signed_in: SignedIn) -> None:
    walk.drafted()
    word = made.word()
    file = attach_file(
        case_id=walk.case.pk, kind="goods_list", name='Đề nghị "mới"\r\nSet-Cookie: a=b.docx', actor=user("lan"),
        source=io.BytesIO(word), now=walk.at,
    )  # fmt: skip
    answer = signed_in("lan").get(address(file))
    value = answer["Content-Disposition"]
    assert value.startswith("attachment; filename*=utf-8''")
    assert value.isascii()
    assert unquote(value).endswith('Đề nghị "mới" Set-Cookie: a=b.docx')
    assert "a" not in answer.cookies
    assert body_of(answer) == word


def test_a_photo_is_shown_without_its_secrets_and_saved_as_it_came(walk: Walk, signed_in: SignedIn) -> None:
    file = with_photo(walk)
    shown, saved = signed_in("lan").get(address(file)), signed_in("lan").get(address(file, "original/"))
    assert shown["Content-Disposition"].startswith("inline")
    assert saved["Content-Disposition"].startswith("attachment")
    assert b"Tran Thi Lan" not in body_of(shown)
    assert body_of(saved) == made.photo()


def test_a_pdf_as_original_is_saved(walk: Walk, signed_in: SignedIn) -> None:
    walk.submitted()
    answer = signed_in("ha").get(address(letter(walk), "original/"))
    assert answer["Content-Disposition"].startswith("attachment")
    assert body_of(answer).startswith(b"%PDF-")


def test_other_methods_are_refused(walk: Walk, signed_in: SignedIn) -> None:
    walk.submitted()
    assert signed_in("lan").delete(address(letter(walk))).status_code == 405


# --- sensitive files --------------------------------------------------------------------------------------------


def test_ha_says_what_for_before_she_sees_a_sensitive_file(walk: Walk, signed_in: SignedIn) -> None:
    walk.checked()
    file, version, seq = sensitive(letter(walk)), walk.case.version, walk.case.head_seq
    client = signed_in("ha")
    asked = client.get(address(file))
    assert asked.status_code == 200
    assert b"%PDF-" not in asked.content
    assert client.post(address(file), {"purpose": " "}).status_code == 422
    assert not ViewLog.objects.exists()
    answer = client.post(address(file), {"purpose": "Đối chiếu tư cách Bên cung cấp"})
    assert body_of(answer).startswith(b"%PDF-")
    view = ViewLog.objects.get()
    assert (view.case, view.person, view.what) == (walk.case, str(user("ha").pk), f"file:{file.pk}")
    assert view.purpose == "Đối chiếu tư cách Bên cung cấp"
    walk.case.refresh_from_db()
    assert (walk.case.version, walk.case.head_seq) == (version, seq), "looking is no step and turns no form stale"
    assert not Event.objects.filter(case=walk.case, name="view_sensitive").exists()


def test_every_look_is_recorded_the_original_too(walk: Walk, signed_in: SignedIn) -> None:
    walk.checked()
    file = sensitive(letter(walk))
    for tail in ("", "original/", ""):
        body_of(signed_in("an").post(address(file, tail), {"purpose": "Kiểm tra theo kế hoạch"}))
    assert ViewLog.objects.filter(case=walk.case).count() == 3


def test_lan_is_not_asked_why_she_looks_at_her_own_paper_but_it_is_recorded(walk: Walk, signed_in: SignedIn) -> None:
    walk.submitted()
    file = sensitive(letter(walk))
    assert body_of(signed_in("lan").get(address(file))).startswith(b"%PDF-")
    assert list(ViewLog.objects.values_list("person", "purpose")) == [(str(user("lan").pk), "own")]


def test_the_clerk_s_work_needs_no_sensitive_file(walk: Walk, signed_in: SignedIn) -> None:
    walk.checked()
    file = sensitive(letter(walk))
    definition = definition_of(walk.case.definition_id)
    assert not may_look_closely(definition, frozenset({"clerk"}))
    assert may_look_closely(definition, frozenset({"specialist"}))
    assert signed_in("van").post(address(file), {"purpose": "xem thử"}).status_code == 404
    assert not ViewLog.objects.exists()


# --- damage -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_damaged_file_is_not_given_and_the_page_says_so(
    walk: Walk, signed_in: SignedIn, damage: str
) -> None:
    """T41: one byte was flipped on the disk, or the file is gone."""
    walk.submitted()
    file = letter(walk)
    move_to_store(file.blob)
    place = path_of(file.blob_id)
    if damage == "gone":
        place.unlink()
    else:
        place.chmod(0o640)
        body = place.read_bytes()
        place.write_bytes(body[:-2] + bytes([body[-2] ^ 1]) + body[-1:])
    answer = signed_in("lan").get(address(file))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "hãy báo quản trị hệ thống" in page
    assert 'data-reason-code="file_changed"' in page
    assert "%PDF-" not in page


def test_a_copy_that_was_altered_does_not_stand_in_for_the_original(walk: Walk, signed_in: SignedIn) -> None:
    file = with_photo(walk)
    assert file.shown_id is not None
    place = path_of(file.shown_id)
    place.chmod(0o640)
    place.write_bytes(b"\xff\xd8\xff")
    assert status_for(signed_in("lan"), file) == 422
    assert status_for(signed_in("lan"), file, "original/") == 200


def test_bytes_in_the_row_and_in_the_store_are_given_alike(walk: Walk, signed_in: SignedIn) -> None:
    walk.submitted()
    file = letter(walk)
    from_row = body_of(signed_in("lan").get(address(file)))
    move_to_store(file.blob)
    assert not Blob.objects.get(pk=file.blob_id).body
    assert body_of(signed_in("lan").get(address(file))) == from_row
