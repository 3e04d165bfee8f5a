"""Writing a draft: opening it, the pages of the form, what comes back when something is wrong, two windows at once."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from cases.models import Case, Event
from cases.procedures import definition_of
from cases.sections import sections_of
from tests.cases.pages.conftest import complete, draft, field, filed, page, save, user
from tests.cases.pages.grant import GRANT, UNIVERSITY


def test_lan_opens_a_draft_for_her_university_with_what_the_accounts_know(lan: Client) -> None:
    key = field(page(lan, "/procedures/ngo_aid/new/"), "_key")
    answer = lan.post("/procedures/ngo_aid/new/", {"whose": UNIVERSITY, "_key": key})
    case = Case.objects.get()
    assert answer.headers["Location"] == f"/cases/{case.submission_code}/edit/"
    assert case.organisation is not None
    assert case.organisation.code == UNIVERSITY
    assert case.dossier["applicant_name"] == "Trường Đại học Lam Giang"
    assert case.dossier["contact_phone"] == "0912345678"
    assert (case.dossier["filed_for"], case.dossier["channel"]) == ("tu_nop", "truc_tuyen")


def test_a_double_click_opens_one_draft(lan: Client) -> None:
    form = {"whose": UNIVERSITY, "_key": "a-key-of-this-form"}
    first, second = (lan.post("/procedures/ngo_aid/new/", form).headers["Location"] for _ in range(2))
    assert first == second
    assert Case.objects.count() == 1


def test_phuc_without_an_organisation_is_asked_nothing(phuc: Client) -> None:
    user("phuc").memberships.update(valid_to="2026-03-02")
    assert 'name="whose"' not in page(phuc, "/procedures/ngo_aid/new/")
    phuc.post("/procedures/ngo_aid/new/", {})
    case = Case.objects.get()
    assert case.organisation is None
    assert case.dossier["applicant_kind"] == "ca_nhan"


def test_lan_must_say_for_whom_and_cannot_name_a_strangers_organisation(lan: Client) -> None:
    for whose in ("", "benh_vien_lam_giang", "nobody"):
        answer = lan.post("/procedures/ngo_aid/new/", {"whose": whose})
        assert answer.status_code == 422, whose
    assert Case.objects.count() == 0


def test_an_account_value_that_does_not_fit_the_form_is_left_to_be_typed(lan: Client) -> None:
    person = user("lan")
    person.phone = "02993999999"  # a fixed line of eleven digits; the form wants ten
    person.save()
    lan.post("/procedures/ngo_aid/new/", {"whose": "-"})
    assert "contact_phone" not in Case.objects.get().dossier


@pytest.mark.parametrize("code", ["unknown", "NGO_AID", "ngo-aid"])
def test_an_unknown_procedure_is_404(lan: Client, code: str) -> None:
    assert lan.get(f"/procedures/{code}/new/").status_code == 404


def test_strangers_are_asked_to_sign_in() -> None:
    ref = draft().submission_code
    for address in ("/procedures/ngo_aid/new/", "/cases/", f"/cases/{ref}/", f"/cases/{ref}/edit/", "/counter/"):
        assert Client().get(address).headers["Location"].startswith("/accounts/login/"), address


def test_a_draft_does_not_exist_for_others(phuc: Client, minh: Client, lan: Client) -> None:
    ref = draft().submission_code
    for somebody in (phuc, minh):
        for part in ("", "edit/", "edit/applicant/", "files/", "check/", "done/"):
            assert somebody.get(f"/cases/{ref}/{part}").status_code == 404, part
            if part not in ("", "edit/", "done/"):
                assert somebody.post(f"/cases/{ref}/{part}", {}).status_code == 404, part
    assert lan.get("/cases/ABCD-EFGH-JKLM/edit/").status_code == 404


def test_a_colleague_of_the_organisation_goes_on_with_the_draft(hong: Client) -> None:
    case = draft()
    answer = hong.post(f"/cases/{case.submission_code}/edit/applicant/", {"contact_name": "Vũ Thị Hồng"})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.dossier["contact_name"] == "Vũ Thị Hồng"


def test_the_list_of_tasks_says_what_is_left(lan: Client) -> None:
    text = page(lan, f"/cases/{draft().submission_code}/edit/")
    assert "Còn thiếu 2 giấy tờ bắt buộc" in text
    assert text.count("Chưa xong") >= 5
    assert "Chưa thể bắt đầu" in text
    done = page(lan, f"/cases/{complete().submission_code}/edit/")
    assert "Chưa thể bắt đầu" not in done
    assert done.count("Hoàn thành") >= 7


def test_every_page_of_the_form_opens_in_both_languages(lan: Client) -> None:
    case = draft(values={"filed_for": "tu_nop", "channel": "truc_tuyen"})
    sections = sections_of(definition_of(case.definition_id), case.dossier)
    asked = {f.name for s in sections for f in s.fields}
    own = {f.name for f in definition_of(case.definition_id).fields if not (f.required_from or f.computed)}
    assert asked == own - {"filed_for", "channel"}
    for language, word in (("vi", "Lưu và tiếp tục"), ("en", "Save and continue")):
        lan.post("/accounts/language/", {"language": language, "next": "/"})
        for section in sections:
            assert word in page(lan, f"/cases/{case.submission_code}/edit/{section.code}/")


def test_an_unknown_page_of_the_form_is_404_and_a_wrong_method_405(lan: Client) -> None:
    ref = draft().submission_code
    assert lan.get(f"/cases/{ref}/edit/nonsense/").status_code == 404
    for part in ("edit/applicant/", "files/", "check/"):
        assert lan.delete(f"/cases/{ref}/{part}").status_code == 405, part
    for part in ("", "edit/", "done/"):
        assert lan.post(f"/cases/{ref}/{part}").status_code == 405, part


def test_a_page_is_saved_and_leads_to_the_next(lan: Client) -> None:
    case = draft()
    form = {
        "owner_org": UNIVERSITY,
        "managing_agency": "ubnd_tinh",
        "sites": ["99001", "99010"],
        "sector": "giao_duc",
        "goals": "Trang bị\nphòng thí nghiệm",
    }
    answer = lan.post(f"/cases/{case.submission_code}/edit/matter-2/", form)
    assert answer.headers["Location"] == f"/cases/{case.submission_code}/edit/matter-3/"
    case.refresh_from_db()
    assert case.dossier["sites"] == ["99001", "99010"]
    assert case.dossier["goals"] == "Trang bị\nphòng thí nghiệm"


def test_save_and_leave_leads_to_the_tasks_and_a_change_from_the_check_back_to_it(lan: Client) -> None:
    ref = draft().submission_code
    leave = lan.post(f"/cases/{ref}/edit/matter-2/", {"goals": "Mục tiêu", "_leave": "1"})
    assert leave.headers["Location"] == f"/cases/{ref}/edit/"
    assert field(page(lan, f"/cases/{ref}/edit/matter-2/?back=check"), "_back") == "check"
    back = lan.post(f"/cases/{ref}/edit/matter-2/", {"goals": "Mục tiêu khác", "_back": "check"})
    assert back.headers["Location"] == f"/cases/{ref}/check/"


def test_an_emptied_field_is_taken_out(lan: Client) -> None:
    case = draft(values={"goals": "Mục tiêu", "sites": ["99001"]})
    lan.post(f"/cases/{case.submission_code}/edit/matter-2/", {"goals": " "})
    case.refresh_from_db()
    assert not {"goals", "sites"} & set(case.dossier)


WRONG = {
    "contact_phone": ("applicant", "12345", "Không đúng dạng"),
    "contact_email": ("applicant", "lan tại vidu", "Phải là địa chỉ thư điện tử"),
    "applicant_kind": ("applicant", "vua", "Không có trong danh mục"),
    "applicant_name": ("applicant", "X", "Phải có ít nhất 2 ký tự"),
    "title_vi": ("matter-1", "Ngắn", "Phải có ít nhất 10 ký tự"),
    "donor_country": ("matter-1", "Nước Mộng Mơ", "Không có trong danh mục"),
    "owner_org": ("matter-2", "khong_co", "Không có trong danh mục"),
    "amount": ("matter-3", "mười nghìn", "Phải là số tiền"),
    "rate": ("matter-3", "25,5", "Không đúng dạng"),
    "rate_date": ("matter-3", "31/02/2026", "Phải là một ngày có thật"),
    "start_date": ("matter-4", "mai", "Phải là một ngày có thật"),
    "goods_used": ("matter-4", "có lẽ", "Phải chọn có hoặc không"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_comes_back_with_its_reason_and_everything_typed(lan: Client, name: str) -> None:
    section, typed, reason = WRONG[name]
    case = draft()
    other = "contact_name" if section == "applicant" else ""
    answer = lan.post(
        f"/cases/{case.submission_code}/edit/{section}/", {name: typed, **({other: "Ông Ba"} if other else {})}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert reason in text
    assert re.search(rf'<a href="#id_{name}">', text)
    assert "<title>Lỗi:" in text
    if name not in ("applicant_kind", "goods_used", "owner_org"):
        assert f'value="{typed}"' in text
    if other:
        assert 'value="Ông Ba"' in text
    case.refresh_from_db()
    assert case.dossier.get(name) != typed


def test_a_day_in_the_future_is_refused_by_the_rule_of_its_field(lan: Client) -> None:
    case = draft()
    answer = lan.post(f"/cases/{case.submission_code}/edit/matter-3/", {"rate_date": "01/01/2030"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="01/01/2030"' in text
    assert 'href="#id_rate_date"' in text


def test_a_place_outside_the_list_is_refused_among_ticked_ones(lan: Client) -> None:
    case = draft()
    answer = lan.post(f"/cases/{case.submission_code}/edit/matter-2/", {"sites": ["99001", "12345"]})
    assert answer.status_code == 422
    assert "Không có trong danh mục" in answer.content.decode()


def test_a_country_may_be_typed_by_its_name(lan: Client) -> None:
    case = draft()
    lan.post(f"/cases/{case.submission_code}/edit/matter-1/", {"donor_country": "  hoa  kỳ "})
    case.refresh_from_db()
    assert case.dossier["donor_country"] == "US"
    assert 'value="Hoa Kỳ"' in page(lan, f"/cases/{case.submission_code}/edit/matter-1/")


def test_the_form_explains_when_something_is_needed_and_who_sees_it(lan: Client) -> None:
    text = page(lan, f"/cases/{draft().submission_code}/edit/matter-1/")
    assert "Bắt buộc khi “Loại bên cung cấp” là “Tổ chức phi chính phủ nước ngoài”." in text
    text = page(lan, f"/cases/{draft(values={'title_vi': 'Một tên khác hẳn'}).submission_code}/edit/applicant/")
    assert "Thông tin nhạy cảm, chỉ những người sau được xem" in text


# ------------------------------------------------------------------------------------------------- two windows
def opened(client: Client, case: Case, section: str) -> dict[str, str]:
    """Return the hidden fields of a page of the form as a window holds them."""
    text = page(client, f"/cases/{case.submission_code}/edit/{section}/")
    return {name: field(text, name) for name in ("_version", "_seen")}


def test_another_windows_change_of_the_same_page_is_shown_and_nothing_typed_is_lost(lan: Client, hong: Client) -> None:
    case = draft(values={"goals": "Mục tiêu cũ"})
    held = opened(lan, case, "matter-2")
    save(case, "hong", goals="Mục tiêu của Hồng")
    answer = lan.post(f"/cases/{case.submission_code}/edit/matter-2/", {"goals": "Mục tiêu của Lan", **held})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Vũ Thị Hồng" in text
    assert "Mục tiêu của Hồng" in text
    assert "Mục tiêu của Lan</textarea>" in text
    case.refresh_from_db()
    assert case.dossier["goals"] == "Mục tiêu của Hồng"
    again = {name: field(text, name) for name in ("_version", "_seen")}
    assert (
        lan.post(f"/cases/{case.submission_code}/edit/matter-2/", {"goals": "Mục tiêu của Lan", **again}).status_code
        == 302
    )
    case.refresh_from_db()
    assert case.dossier["goals"] == "Mục tiêu của Lan"


def test_a_change_of_another_page_is_no_conflict(lan: Client) -> None:
    case = draft()
    held = opened(lan, case, "matter-2")
    save(case, "hong", title_vi="Một tên khác của khoản viện trợ")
    answer = lan.post(f"/cases/{case.submission_code}/edit/matter-2/", {"goals": "Mục tiêu", **held})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.dossier["goals"], case.dossier["title_vi"]) == ("Mục tiêu", "Một tên khác của khoản viện trợ")


def test_the_same_page_sent_twice_is_saved_once(lan: Client) -> None:
    case = draft()
    form = {"goals": "Mục tiêu", **opened(lan, case, "matter-2")}
    for _ in range(2):
        assert lan.post(f"/cases/{case.submission_code}/edit/matter-2/", form).status_code == 302
    assert Event.objects.filter(case=case, name="save").count() == 1


def test_a_filed_case_takes_no_late_form(lan: Client) -> None:
    case = filed()
    answer = lan.post(f"/cases/{case.submission_code}/edit/matter-2/", {"goals": "Muộn"})
    assert answer.status_code == 422
    assert "not_in_state" in answer.content.decode()
    assert lan.get(f"/cases/{case.submission_code}/edit/").headers["Location"] == f"/cases/{case.submission_code}/"
    case.refresh_from_db()
    assert case.dossier["goals"] == GRANT["goals"]
