"""Rows out of a spreadsheet: pasted or sent, each looked at first, all taken or none."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from accounts.models import Organisation
from cases.files.kinds import OLE
from cases.models import Case, Event
from cases.services import open_case
from cases.sheet_template import Column
from cases.sheet_template import workbook as made_up
from tests.cases.files import upload_files as made
from tests.cases.pages.conftest import NOW, field, page, signed_in, user

HEALTH = "department_of_health"
LEGS = ("Nước", "Thành phố", "Từ ngày", "Đến ngày")
HEAD_OF_LEGS = "\t".join(LEGS)
TOKYO = ("Nhật Bản", "Tokyo", "05/12/2026", "10/12/2026")


@pytest.fixture
def trip() -> Case:
    """A draft of a trip abroad, opened for the own organisation by Lan."""
    values = {"depart_date": "2026-12-04", "return_date": "2026-12-12", "purpose": "khao_sat"}
    body = Organisation.objects.get(code="dai_hoc_lam_giang")
    return open_case(procedure="outbound_delegation", actor=user("lan"), organisation=body, now=NOW, values=values).case


def section_of(case: Case, client: Client, table: str) -> str:
    """Return the address of the page of the form that asks for a table."""
    listed: list[str] = re.findall(rf'href="(/cases/{case.submission_code}/edit/[\w-]+/)"', page(client, edit(case)))
    return next(address for address in listed if f'name="{table}-rows"' in page(client, address))


def edit(case: Case) -> str:
    return f"/cases/{case.submission_code}/edit/"


def importing(case: Case, client: Client, table: str = "legs") -> str:
    return f"{section_of(case, client, table)}import/{table}/"


def pasted(*rows: Sequence[Any], head: Sequence[str] = LEGS) -> dict[str, str]:
    return {"pasted": "\n".join("\t".join(map(str, row)) for row in (head, *rows))}


def workbook(*rows: Sequence[Any], head: Sequence[str] = LEGS, **change: Any) -> Workbook:
    book = Workbook()
    for row in (head, *rows):
        book.worksheets[0].append(list(row))
    return book


def sent(book: Workbook | bytes, name: str = "nuoc-den.xlsx") -> dict[str, Any]:
    out = io.BytesIO()
    if isinstance(book, Workbook):
        book.save(out)
    return {"file": SimpleUploadedFile(name, out.getvalue() or book)}


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, words(answer))
    return words(answer)


def words(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", answer.content.decode()))


def reasons(answer: Any) -> list[str]:
    """Return what the summary of a refused page says."""
    found = re.search(r'class="error-summary".*?</ul>', answer.content.decode(), re.S)
    assert found, words(answer)
    return [html.unescape(re.sub(r"<[^>]+>", "", item)).strip() for item in re.findall(r"<li.*?</li>", found[0], re.S)]


def confirmed(client: Client, address: str, given: dict[str, Any]) -> Any:
    """Look first, then take what the page carries."""
    looked = client.post(address, given)
    assert looked.status_code == 200, reasons(looked)
    shown = looked.content.decode()
    carried = {name: html.unescape(field(shown, name)) for name in ("_rows", "_seen", "how")}
    return client.post(address, carried)


def rows(case: Case, table: str = "legs") -> list[dict[str, Any]]:
    case.refresh_from_db()
    found: list[dict[str, Any]] = case.dossier.get(table) or []
    return found


def test_lan_pastes_legs_looks_at_them_and_takes_them(lan: Client, trip: Case) -> None:
    address = importing(trip, lan)
    looked = text(lan.post(address, pasted(TOKYO, ("kr", "", "10/12/2026", "2026-12-11"))))
    assert "Hàn Quốc" in looked
    assert rows(trip) == []
    answer = confirmed(lan, address, pasted(TOKYO, ("KR", "", "10/12/2026", "2026-12-11")))
    assert answer.headers["Location"] == section_of(trip, lan, "legs")
    assert rows(trip) == [
        {"country": "JP", "city": "Tokyo", "from_date": "2026-12-05", "to_date": "2026-12-10"},
        {"country": "KR", "from_date": "2026-12-10", "to_date": "2026-12-11"},
    ]
    assert Event.objects.filter(case=trip).latest("seq").name == "save"


def test_the_form_keeps_what_was_typed_and_leads_to_the_import(lan: Client, trip: Case) -> None:
    section = section_of(trip, lan, "legs")
    shown = page(lan, section)
    assert 'name="_import" value="legs"' in shown
    form = {name: field(shown, name) for name in ("_version", "_seen")}
    form |= {"legs-rows": "1", "legs-0-country": "", "countries_neighbouring": "true", "_import": "legs"}
    answer = lan.post(section, form)
    assert answer.status_code == 302, reasons(answer)
    assert answer.headers["Location"] == f"{section}import/legs/"
    trip.refresh_from_db()
    assert trip.dossier["countries_neighbouring"] is True


def test_a_wrong_cell_is_told_with_row_and_column_and_nothing_is_taken(lan: Client, trip: Case) -> None:
    wrong = ("Nhật", "", "31/02/2026", "10/12/2026"), ("KR", "", "", "x")
    answer = lan.post(importing(trip, lan), pasted(TOKYO, *wrong))
    assert answer.status_code == 422
    told = reasons(answer)
    assert told[0].startswith("Dòng 3, Nước: Không có trong danh mục. Gần nhất: Nhật Bản")
    assert told[1:] == [
        "Dòng 3, Từ ngày: phải là một ngày có thật, ví dụ 24/11/2026",
        "Dòng 4, Đến ngày: phải là một ngày có thật, ví dụ 24/11/2026",
    ]
    assert 'name="_rows"' not in answer.content.decode()
    assert rows(trip) == []


def test_rules_of_the_procedure_are_told_before_anything_is_saved(lan: Client, trip: Case) -> None:
    answer = lan.post(importing(trip, lan), pasted(("JP", "", "01/12/2026", "10/12/2026")))
    assert answer.status_code == 422
    assert len(reasons(answer)) == 1


def test_a_workbook_is_read_as_people_made_it(lan: Client, trip: Case) -> None:
    book = Workbook()
    hidden = book.worksheets[0]
    hidden.title, hidden.sheet_state = "Cũ", "hidden"
    hidden.append(LEGS)
    book.create_sheet("Ghi chú").append(["Lưu ý", "khác"])
    sheet = book.create_sheet("Nước đến")
    sheet.append(["DANH SÁCH NƯỚC ĐẾN"])
    sheet.merge_cells("A1:E1")
    sheet.append([])
    sheet.append(["STT", "từ ngày", "COUNTRY *", "Đến  ngày:", "city"])
    sheet.append([1, dt.date(2026, 12, 5), "Japan", dt.date(2026, 12, 10), "Kyoto\u0301"])
    for _ in range(30):
        sheet.append([None, " ", None])
    looked = text(lan.post(importing(trip, lan), sent(book)))
    assert "trang tính “Nước đến”" in looked
    assert "Không đọc các trang tính khác: Ghi chú." in looked
    answer = confirmed(lan, importing(trip, lan), sent(book))
    assert answer.status_code == 302
    kept = {"country": "JP", "city": "Kyotó", "from_date": "2026-12-05", "to_date": "2026-12-10"}
    assert rows(trip) == [kept]


def test_formulas_errors_and_merged_cells_are_refused_cell_by_cell(lan: Client, trip: Case) -> None:
    days = dt.date(2026, 12, 5), dt.date(2026, 12, 6)
    book = workbook(("JP", '=UPPER("tokyo")', *days), ("KR", "Seoul", "#N/A", ""))
    book.worksheets[0]["C3"].data_type = "e"
    book.worksheets[0].append(["LA", "", "10/12/2026", "11/12/2026", "lạc chỗ"])
    book.worksheets[0].append(["LA", "", "10/12/2026", "11/12/2026"])
    book.worksheets[0].merge_cells("A4:A5")
    answer = lan.post(importing(trip, lan), sent(book))
    assert answer.status_code == 422
    assert reasons(answer) == [
        'Dòng 2, Thành phố: là công thức (=UPPER("tokyo")): hãy dán giá trị thay cho công thức',
        "Dòng 3, Từ ngày: có lỗi #N/A: hãy sửa trong bảng tính",
        "Dòng 4, cột E: có nội dung nhưng cột không có tiêu đề",
        "Dòng 4, ô A4:A5: là ô gộp: hãy bỏ gộp và điền từng ô",
        "Dòng 5, ô A4:A5: là ô gộp: hãy bỏ gộp và điền từng ô",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"pasted": ""}, "Hãy dán các dòng hoặc chọn một tệp."),
        (pasted(TOKYO) | sent(workbook(TOKYO)), "Chỉ chọn một cách: dán hoặc tải tệp."),
        ({"pasted": "JP\tTokyo\t05/12/2026\t10/12/2026"}, "Không thấy dòng tiêu đề. Cần các cột như: Nước, Thành phố"),
        (pasted(head=LEGS), "Dưới dòng tiêu đề không có dòng nào"),
        (pasted(TOKYO, head=("Nước", "Thành phó", "Từ ngày", "Từ ngày")), "Cột “Từ ngày” có hai lần"),
        (pasted(TOKYO, head=("Nước", "Thành phó", "Từ ngày", "Đến ngày")), "“Thành phó”; gần nhất: “Thành phố”"),
        (sent(b"", "trong.xlsx"), "trống (0 byte)"),
        (sent(b"%PDF-1.4 khong phai bang", "bang.xlsx"), "không đúng với đuôi tệp"),
        (sent(made.zipped(made.word_parts()), "bang.xlsx"), "không đúng với đuôi tệp"),
        (sent(OLE + "EncryptedPackage".encode("utf-16-le"), "bang.xlsx"), "đặt mật khẩu"),
        (sent(b"PK", "bang.xlsm"), "chứa macro"),
        (sent(made.sheet({"xl/vbaProject.bin": b"x"}), "bang.xlsx"), "chứa macro"),
        (sent(made.sheet({"xl/a.xml": b"<a>" + b" " * 9_000_000 + b"</a>"}), "bang.xlsx"), "bung ra quá lớn"),
        (sent(b"a;b", "bang.csv"), "ở đây chỉ nhận XLSX"),
        (sent(workbook(head=("Cột 1", "Cột 2"))), "Không thấy dòng tiêu đề"),
        (sent(workbook(*[TOKYO] * 10_000)), "Có hơn 500 dòng; mỗi lần nhận tối đa 500 dòng"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_words(lan: Client, trip: Case, given: dict[str, Any], said: str) -> None:
    answer = lan.post(importing(trip, lan), given)
    assert answer.status_code == 422
    assert any(said in one for one in reasons(answer)), reasons(answer)
    assert rows(trip) == []


def test_headings_in_a_hidden_sheet_alone_are_told(lan: Client, trip: Case) -> None:
    book = workbook(TOKYO)
    book.create_sheet("Trống")
    book.worksheets[0].sheet_state = "hidden"
    assert "trang tính ẩn “Sheet”" in reasons(lan.post(importing(trip, lan), sent(book)))[0]


def test_members_keep_their_zeros_and_a_member_twice_is_told(lan: Client, trip: Case) -> None:
    head = ("Row number", "Họ và tên", "id_no", "Date of birth", "Giới tính", "Đơn vị", "delegation_role")
    ha = (1, "Lê Thu Hà", "001185000011", dt.date(1985, 1, 2), "Nữ", "hop_tac_quoc_te", "truong_doan")
    again = (2, "Lê Thu Hà", 1185000011, dt.date(1985, 1, 2), "nu", HEALTH, "thanh_vien")
    book = workbook(ha, again, head=head)
    book.worksheets[0]["C3"].number_format = "0" * 12
    answer = lan.post(importing(trip, lan, "members"), sent(book))
    assert answer.status_code == 422
    twice = "Số định danh cá nhân: Người này có hai lần trong danh sách"
    assert reasons(answer) == [f"Dòng 2, {twice}", f"Dòng 3, {twice}"]
    book.worksheets[0]["C3"] = "001185000012"
    confirmed(lan, importing(trip, lan, "members"), sent(book))
    assert [row["id_no"] for row in rows(trip, "members")] == ["001185000011", "001185000012"]


FUNDING = ("Nguồn", "Khoản", "Số tiền", "Số tiền – loại tiền", "Chi cho cả đoàn", "Chi cho thành viên số")


def test_amounts_in_three_currencies_are_read_and_none_is_guessed(lan: Client, trip: Case) -> None:
    address = importing(trip, lan, "funding")
    book = workbook(
        ("doi_tac_dai_tho", "Vé", 1234.5, "USD", False, "1; 2"),
        ("Ngân sách tỉnh", "ve", "15.000.000 VND", "", True, ""),
        ("ca_nhan_tu_tuc", "khac", 3000, "jpy", "Có", 3),
        head=FUNDING,
    )
    confirmed(lan, address, sent(book))
    kept = rows(trip, "funding")
    amounts = [(row["amount"]["minor"], row["amount"]["currency"]) for row in kept]
    assert amounts == [(123450, "USD"), (15_000_000, "VND"), (3000, "JPY")]
    assert [row.get("covers") for row in kept] == [[1, 2], None, [3]]
    alone = workbook(("khac", "ve", 500, "", True, ""), head=FUNDING)
    answer = lan.post(address, sent(alone) | {"how": "append"})
    assert reasons(answer) == ["Dòng 2, Số tiền: thiếu hoặc sai loại tiền, ví dụ VND, USD, EUR"]


def test_rows_are_put_behind_those_that_are_there_or_in_their_place(lan: Client, trip: Case) -> None:
    address, one_day = importing(trip, lan), ("Nhật Bản", "Tokyo", "05/12/2026", "05/12/2026")
    confirmed(lan, address, pasted(one_day))
    looked = text(lan.post(address, pasted(one_day) | {"how": "append"}))
    assert "Các dòng giống hệt một dòng khác: 2" in looked
    confirmed(lan, address, pasted(("KR", "Seoul", "05/12/2026", "06/12/2026")) | {"how": "append"})
    assert [row["country"] for row in rows(trip)] == ["JP", "KR"]
    confirmed(lan, address, pasted(("LA", "", "05/12/2026", "06/12/2026")) | {"how": "replace"})
    assert [row["country"] for row in rows(trip)] == ["LA"]


def test_a_double_click_and_a_table_changed_meanwhile_take_nothing_twice(lan: Client, trip: Case) -> None:
    address = importing(trip, lan)
    shown = lan.post(address, pasted(TOKYO)).content.decode()
    carried = {name: html.unescape(field(shown, name)) for name in ("_rows", "_seen", "how")}
    assert lan.post(address, carried).status_code == 302
    assert "Bảng vừa được thay đổi" in text(lan.post(address, carried), 409)
    assert len(rows(trip)) == 1


def test_what_a_confirmation_brings_is_judged_again(lan: Client, trip: Case) -> None:
    address = importing(trip, lan)
    seen = field(lan.post(address, pasted(TOKYO)).content.decode(), "_seen")
    forged = {"_seen": seen, "how": "append", "_rows": '[["country","from_date"],[7,"XX","10/10/2020"]]'}
    assert reasons(lan.post(address, forged))[0].startswith("Dòng 7, Nước: Không có trong danh mục")
    for nonsense in ("", "{", "[]", '[["total_days"],[1,"3"]]', '[["country"],[1]]', '[["country"],["a","JP"]]'):
        assert lan.post(address, forged | {"_rows": nonsense}).status_code == 302, nonsense
    assert rows(trip) == []


def test_the_template_is_filled_in_and_comes_back(lan: Client, trip: Case) -> None:
    address = importing(trip, lan, "members")
    answer = lan.get(f"{address}template/")
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    assert "Họ và tên *" in titles
    assert "Tuyến thẩm quyền" not in titles
    assert sheet.cell(2, titles.index("Số định danh cá nhân *") + 1).number_format == "@"
    for title, value in (("Họ và tên *", "Lê Thu Hà"), ("Giới tính *", "Nữ"), ("Ngày sinh *", dt.date(1985, 1, 2))):
        sheet.cell(2, titles.index(title) + 1).value = value
    confirmed(lan, address, sent(book))
    assert rows(trip, "members")[0].items() >= {"gender": "nu", "birth_date": "1985-01-02"}.items()


def test_an_english_sheet_is_read_on_a_vietnamese_page(lan: Client, trip: Case) -> None:
    english = pasted(("Japan", "Tokyo", "2026-12-05", "10/12/2026"), head=("Country", "City", "From", "To"))
    confirmed(lan, importing(trip, lan), english)
    assert rows(trip)[0]["country"] == "JP"


def test_the_import_is_the_filers_alone_and_only_for_a_draft(lan: Client, phuc: Client, trip: Case) -> None:
    address = importing(trip, lan)
    for somebody in (phuc, signed_in("minh")):
        assert somebody.get(address).status_code == 404
        assert somebody.post(address, pasted(TOKYO)).status_code == 404
        assert somebody.get(f"{address}template/").status_code == 404
    assert lan.get(address.replace("/legs/", "/purpose/")).status_code == 404
    Case.objects.filter(pk=trip.pk).update(state="submitted")
    assert lan.post(address, pasted(TOKYO)).status_code == 422
    assert rows(trip) == []


def test_a_template_holds_texts_and_never_a_formula() -> None:
    columns = [Column("=1+1", about="@SUM(A1)", options=["+cmd|' /C calc'!A0", "-2"])]
    for sheet in load_workbook(io.BytesIO(made_up("=2+2", columns))).worksheets:
        assert [cell.coordinate for row in sheet for cell in row if cell.data_type == "f"] == []
