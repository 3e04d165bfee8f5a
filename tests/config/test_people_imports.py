"""Accounts, organisations and mandates out of a spreadsheet: looked at row by row, all taken or none."""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from accounts.models import AccountEvent, Mandate, Organisation, RoleHeld, User
from config.trial import address_of
from tests.cases.pages.conftest import field
from tests.cases.pages.test_sheets import reasons
from tests.config.test_office_tables import TODAY, _clock, signed_in, text  # noqa: F401
from tests.procedures.runner import person

OFFICERS, MANDATES = "/admin-office/import/officers/", "/admin-office/import/mandates/"
ORGANISATIONS = "/admin-office/import/organisations/"
HEADS = {
    OFFICERS: ("Thư điện tử công vụ", "Họ và tên", "Chức danh", "Vai trò", "Đơn vị", "Từ ngày"),
    MANDATES: ("Người ủy quyền", "Người được ủy quyền", "Vai trò được làm thay", "Hình thức ký",
               "Số, ký hiệu văn bản ủy quyền", "Ngày văn bản", "Từ ngày", "Đến hết ngày", "Chỉ cho việc (mã)"),
    ORGANISATIONS: ("Tên tổ chức", "Mã số thuế hoặc mã số tổ chức", "Thư điện tử người quản lý"),
}  # fmt: skip
TUYET = ("tuyet@lamgiang.example", "Vũ Thị Tuyết", "Chuyên viên", "Chuyên viên thụ lý", "hop_tac_quoc_te", TODAY)
KHOI = ("khoi@lamgiang.example", "Đoàn Minh Khôi", "Văn thư", "clerk", "van_phong_so", TODAY)
FOR_SON = ("Đỗ Thanh Bình", address_of("son"), "dept_leader", "TUQ.", "9/UQ-SNgV", TODAY, TODAY, TODAY, "approve; sign")


@pytest.fixture
def admin() -> Client:
    return signed_in("admin")


def sent(address: str, *rows: Sequence[Any]) -> dict[str, Any]:
    book, out = Workbook(), io.BytesIO()
    for row in (HEADS[address], *rows):
        book.worksheets[0].append(list(row))
    book.save(out)
    return {"file": SimpleUploadedFile("danh-sach.xlsx", out.getvalue())}


def taken(client: Client, address: str, *rows: Sequence[Any]) -> Any:
    looked = client.post(address, sent(address, *rows))
    assert looked.status_code == 200, reasons(looked)
    return client.post(address, {"_rows": html.unescape(field(looked.content.decode(), "_rows"))})


def refused(client: Client, address: str, *rows: Sequence[Any]) -> list[str]:
    looked = client.post(address, sent(address, *rows))
    assert looked.status_code == 422
    return list(reasons(looked))


def test_new_officers_get_their_first_passwords_on_a_page_that_is_shown_once(admin: Client) -> None:
    assert OFFICERS in text(admin.get("/admin-office/people/"))
    assert not User.objects.filter(email=TUYET[0]).exists()

    shown = taken(admin, OFFICERS, TUYET, KHOI)

    page = shown.content.decode()
    assert page.count("data-first-password") == 2
    assert "no-store" in shown["Cache-Control"]
    tuyet = User.objects.get(email=TUYET[0])
    assert (tuyet.full_name, tuyet.must_change_password) == ("Vũ Thị Tuyết", True)
    assert [(held.role, held.unit.code) for held in tuyet.roles.all()] == [("specialist", "hop_tac_quoc_te")]
    told = AccountEvent.objects.filter(whom=tuyet).values_list("what", flat=True)
    assert set(told) == {"officer_created", "role_granted"}


def test_a_look_opens_no_account_and_grants_nothing(admin: Client) -> None:
    before = RoleHeld.objects.count()

    assert admin.post(OFFICERS, sent(OFFICERS, TUYET, KHOI)).status_code == 200

    assert not User.objects.filter(email__in=[TUYET[0], KHOI[0]]).exists()
    assert RoleHeld.objects.count() == before


def test_who_has_an_account_keeps_it_and_is_granted_the_role_of_each_row(admin: Client) -> None:
    second = (*TUYET[:3], "intake", "van_phong_so", TODAY)
    ha = (address_of("ha"), person("ha").full_name, "", "passport_custodian", "van_phong_so", TODAY)

    page = taken(admin, OFFICERS, TUYET, second, ha).content.decode()

    assert page.count("data-first-password") == 1
    assert set(User.objects.get(email=TUYET[0]).roles.values_list("role", flat=True)) == {"specialist", "intake"}
    assert "passport_custodian" in person("ha").roles.values_list("role", flat=True)


def test_every_wrong_row_is_told_and_none_is_taken(admin: Client) -> None:
    told = refused(
        admin, OFFICERS, TUYET,
        ("khong-phai-thu", "Đoàn Minh Khôi", "", "clerk", "van_phong_so", TODAY),
        ("khoi@lamgiang.example", "Đoàn Minh Khôi", "", "giám đốc sở", "van_phong_so", TODAY),
        ("mai@lamgiang.example", "Hồ Thị Mai", "", "clerk", "phong_khong_co", TODAY),
        (address_of("ha"), "Người Khác", "", "clerk", "van_phong_so", TODAY),
        TUYET,
        ("an.nhien@lamgiang.example", "", "", "clerk", "van_phong_so", TODAY),
    )  # fmt: skip

    assert [one.partition(":")[0] for one in told] == [
        "Dòng 3, Thư điện tử công vụ", "Dòng 4, Vai trò", "Dòng 5, Đơn vị", "Dòng 6, Thư điện tử công vụ",
        "Dòng 7, Từ ngày", "Dòng 8, Họ và tên",
    ]  # fmt: skip
    assert not User.objects.filter(email=TUYET[0]).exists()


def test_mandates_come_in_with_people_by_name_or_address_and_their_scope(admin: Client) -> None:
    assert taken(admin, MANDATES, FOR_SON).status_code == 302

    made = Mandate.objects.get(document_no="9/UQ-SNgV")
    assert (made.grantor, made.grantee, made.form) == (person("binh"), person("son"), "tuq")
    assert (made.acts, made.valid_to) == (["approve", "sign"], TODAY)
    assert AccountEvent.objects.filter(what="mandate_given").latest("pk").whom == person("binh")


def test_a_mandate_of_who_does_not_hold_the_office_or_that_is_there_is_refused(admin: Client) -> None:
    taken(admin, MANDATES, FOR_SON)
    not_hers = (address_of("ha"), *FOR_SON[1:])
    to_an = (FOR_SON[0], address_of("an"), *FOR_SON[2:])

    told = refused(admin, MANDATES, FOR_SON, not_hers, to_an)

    assert [one.partition(":")[0] for one in told] == [
        "Dòng 2, Số, ký hiệu văn bản ủy quyền", "Dòng 3, Người ủy quyền", "Dòng 4, Người được ủy quyền",
    ]  # fmt: skip
    assert Mandate.objects.filter(document_no="9/UQ-SNgV").count() == 1


def test_an_organisation_comes_in_once_with_the_account_that_manages_it(admin: Client) -> None:
    row = ("Hội Hữu nghị Lam Giang", "0101234567", address_of("lan"))
    assert taken(admin, ORGANISATIONS, row).status_code == 302

    made = Organisation.objects.get(tax_code="0101234567")
    assert made.memberships.get().user == person("lan")
    event = AccountEvent.objects.get(what="organisation_registered", details__organisation=made.code)
    assert (event.who, event.whom) == (person("admin"), person("lan"))

    nobodys = ("Hội Khác", "", "ai@khong.example")
    told = refused(admin, ORGANISATIONS, row, ("Hội Mới", "12", address_of("lan")), nobodys)
    assert [one.partition(":")[0] for one in told] == [
        "Dòng 2, Mã số thuế hoặc mã số tổ chức", "Dòng 3, Mã số thuế hoặc mã số tổ chức",
        "Dòng 4, Thư điện tử người quản lý",
    ]  # fmt: skip


def test_formulas_and_too_many_rows_are_refused(admin: Client) -> None:
    assert any("công thức" in one for one in refused(admin, OFFICERS, (*TUYET[:1], "=A1", *TUYET[2:])))
    many = [(f"nguoi{n}@lamgiang.example", *TUYET[1:]) for n in range(101)]
    assert admin.post(OFFICERS, sent(OFFICERS, *many)).status_code == 422


def test_the_template_has_the_lists_and_no_list_of_people(admin: Client) -> None:
    book = load_workbook(io.BytesIO(admin.get(f"{MANDATES}template/").content))
    everything = " ".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value)
    assert "Người ủy quyền" in everything
    assert person("binh").email not in everything


def test_only_administrators_import_people() -> None:
    for address in HEADS:
        assert signed_in("binh").get(address).status_code in (403, 404)
    assert signed_in("admin").get("/admin-office/import/khac/").status_code == 404
