"""Words of notices: what they may name, what is left out, and what never reaches a header."""
from __future__ import annotations

import unicodedata
from types import SimpleNamespace

import pytest

from notifications.errors import UnknownMergeValue
from notifications.quiet import sendable_from
from notifications.texts import MERGE_VALUES, faults_of, one_line, subject, told_by, written
from tests.notifications.scene import NOW
from workflows.registry import all_folders, load

VALUES = {
    "code": "H99.14-260305-0001", "procedure": "Viện trợ", "state": "Đang thẩm định", "due_on": "25/03/2026",
    "deadline": "", "link": "https://x.example/cases/H99.14-260305-0001/",
}
FOLDERS = [(folder.code, folder.name) for folder in all_folders()]


@pytest.mark.parametrize(("code", "version"), FOLDERS)
def test_every_notice_of_every_procedure_names_only_values_that_exist(code: str, version: str) -> None:
    procedure = load(code, version)
    assert list(faults_of(procedure)) == []
    assert procedure.notices


@pytest.mark.parametrize(("code", "version"), FOLDERS)
def test_every_notice_of_every_procedure_says_something_in_both_languages(code: str, version: str) -> None:
    every = dict.fromkeys(MERGE_VALUES, "x")
    for name, notice in load(code, version).notices.items():
        for language in ("vi", "en"):
            assert all(told_by(notice, language, every)), (name, language)


def test_a_line_whose_value_is_empty_is_left_out() -> None:
    text = "Hồ sơ {code} chờ bổ sung.\nHạn cuối: {deadline}.\nMở hồ sơ: {link}"
    assert written(text, VALUES) == f"Hồ sơ {VALUES['code']} chờ bổ sung.\nMở hồ sơ: {VALUES['link']}"


def test_an_unknown_value_fails_and_is_named() -> None:
    with pytest.raises(UnknownMergeValue, match="applicant_name"):
        written("Kính gửi {applicant_name}", VALUES)
    broken = SimpleNamespace(notices={"apology": {"vi": "Xin lỗi", "en": "Sorry", "body_en": "{reason}"}})
    assert list(faults_of(broken)) == ["apology: merge value 'reason'"]  # type: ignore[arg-type]  # only its notices


def test_a_value_is_never_read_as_text_with_values() -> None:
    assert written("{procedure}", VALUES | {"procedure": "{link}"}) == "{link}"


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@y", "a\nBcc: x@y", "a\x0bBcc: x@y", "a\u2028Bcc: x@y", "a\x85Bcc: x@y"])
def test_no_break_reaches_a_subject(bad: str) -> None:
    assert subject("H1", bad, "Đã nhận") == "[H1] a Bcc: x@y - Đã nhận"


def test_a_subject_is_nfc_and_shows_what_it_is() -> None:
    spelled_apart = unicodedata.normalize("NFD", "Đề nghị giải trình")
    made = subject("H1", "Viện\u202e trợ\u200b", spelled_apart)
    assert made == "[H1] Viện trợ - Đề nghị giải trình"
    assert unicodedata.is_normalized("NFC", made)
    assert one_line("  một   dòng ") == "một dòng"


@pytest.mark.parametrize(
    ("hours", "later"), [(-3, 1), (-2, 0), (0, 0), (10, 0), (11, 11), (14, 8), (18, 4), (21, 1), (22, 0)]
)
def test_mails_go_out_from_seven_to_twenty(hours: int, later: int) -> None:
    """NOW is 09:00; at 20:00 the doors close until 07:00."""
    from tests.notifications.scene import HOUR

    now = NOW + hours * HOUR
    assert sendable_from(now, urgent=False) == now + later * HOUR
    assert sendable_from(now, urgent=True) == now
