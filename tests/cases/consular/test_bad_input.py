"""What people type wrong at the consular desk is told in words at its place, and nothing that was typed is lost."""

from __future__ import annotations

import io
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from cases.models import Case, TableRow
from cases.services import save_dossier
from cases.services.office_rows import put_row
from config.trial import address_of
from tests.cases.consular.desk import GOLDEN, PROCEDURE, scenario, until
from tests.procedures.runner import Walk, moment, person, walked
from tests.typed_form import typed

pytestmark = pytest.mark.usefixtures("at_consular_desk")
TWO_OF_A_NAME = {
    "CG": "Congo", "CD": "Congo", "GN": "Ghi-nê", "GQ": "Ghi-nê Xích đạo", "GW": "Ghi-nê Bít-xao",
    "KP": "Triều Tiên", "PW": "Pa-lau", "NR": "Na-u-ru", "TV": "Tu-va-lu", "WS": "Xa-moa",
}  # fmt: skip


@pytest.fixture
def draft(at_consular_desk: str, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Lan's draft with one paper; the clock of the pages stands at its opening."""
    given = scenario(GOLDEN).given.model_copy(update={"standing": []})
    walk = Walk(PROCEDURE, given, moment(given.at, moment("2026-11-30 08:00", None)))  # type: ignore[arg-type]
    walk.open()
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())
    return walk


def signed_in(who: str) -> Client:
    client = Client()
    client.force_login(person(who))
    return client


def page_with(walk: Walk, control: str) -> tuple[str, str]:
    """Return address and text of the page of Lan's form that has a control."""
    lan, form = signed_in("lan"), f"/cases/{walk.case.submission_code}/edit/"
    pages = sorted(set(re.findall(rf'href="({form}[\w-]+/)"', lan.get(form).content.decode())))
    texts = ((address, lan.get(address).content.decode()) for address in pages)
    return next((address, text) for address, text in texts if f'name="{control}"' in text)


def sent(walk: Walk, control: str, **changes: Any) -> tuple[int, str]:
    """Type into the page that has a control; return the status and what the page says."""
    address, page = page_with(walk, control)
    answer = signed_in("lan").post(address, typed(page, **changes))
    return answer.status_code, answer.content.decode()


def kept(walk: Walk) -> dict[str, Any]:
    return dict(Case.objects.get(pk=walk.case.pk).dossier)


class TestCountry:
    @pytest.fixture(autouse=True)
    def _all_countries(self, draft: Walk) -> None:
        """A world with more countries than a list on a page, two of them of one name."""
        for code, name in TWO_OF_A_NAME.items():
            put_row(table="countries", key=code, columns={"name": name, "en": name}, valid_from=draft.now.date(),
                    valid_to=None, src="ISO 3166-1", confirmed=True, actor=None, now=draft.now)  # fmt: skip

    @pytest.mark.parametrize(("written", "words"), [
        ("Congo", "Có nhiều mục cùng tên này; hãy ghi mã: CD, CG."),
        ("Guinea", "Không có trong danh mục."),
        ("Ghi-nê X", "Gần nhất: Ghi-nê Xích đạo."),
        ("Hàn Quốc/Triều Tiên", "Không có trong danh mục."),
    ])  # fmt: skip
    def test_a_country_that_nobody_knows_or_that_two_are_called_is_told_and_kept_as_typed(
        self, draft: Walk, written: str, words: str
    ) -> None:
        status, said = sent(draft, "country", country=written, purpose_of_use="hoc_tap")

        assert status == 422
        assert words in said
        assert f'value="{written}"' in said
        assert kept(draft)["country"] == "LA"

    def test_its_code_decides(self, draft: Walk) -> None:
        assert sent(draft, "country", country="cd")[0] == 302
        assert kept(draft)["country"] == "CD"


class TestPapers:
    def test_a_paper_of_tomorrow_is_told_at_its_row(self, draft: Walk) -> None:
        changes = {"papers-0-issue_date": "01/12/2026", "papers-0-title": "Giấy phép xuất khẩu gạo"}
        status, said = sent(draft, "papers-0-issue_date", **changes)

        assert status == 422
        assert "không được sau hôm nay" in said or "tương lai" in said
        assert 'value="01/12/2026"' in said
        assert 'value="Giấy phép xuất khẩu gạo"' in said
        assert kept(draft)["papers"][0]["issue_date"] == "2026-11-16"

    @pytest.mark.long
    def test_a_form_with_five_hundred_papers_answers(self, draft: Walk) -> None:
        many = many_papers(500)
        save_dossier(case_id=draft.case.pk, actor=person("lan"), now=draft.now, values={"papers": many})
        begun = time.monotonic()

        status, said = sent(draft, "papers-499-title", **{"papers-499-title": "Tờ khai hải quan"})

        assert status == 302, said[:2000]
        assert kept(draft)["papers"][499]["title"] == "Tờ khai hải quan"
        assert kept(draft)["fee"]["minor"] == 500 * 30_000
        assert time.monotonic() - begun < 60

    def test_the_five_hundred_and_first_paper_is_refused_in_words(self, draft: Walk, tmp_path: Path) -> None:
        (tmp_path / "papers.json").write_text(json.dumps({"papers": many_papers(501)}))
        out = io.StringIO()

        with pytest.raises(SystemExit) as ended:
            call_command("case", "save", str(draft.case.submission_code), "--as", address_of("lan"), "--json",
                         "--data", str(tmp_path / "papers.json"), stdout=out)  # fmt: skip

        assert ended.value.code == 2
        assert "không được quá 500 dòng (đang có 501)" in json.loads(out.getvalue())["reasons"][0]["vi"]
        assert len(kept(draft)["papers"]) == 1

    @pytest.mark.parametrize(("rows", "read"), [("521", 520), ("1000000", 0), ("-1", 0), ("nhiều", 0)])
    def test_a_request_with_more_rows_than_a_page_can_have_is_refused_in_words(
        self, draft: Walk, rows: str, read: int
    ) -> None:
        status, said = sent(draft, "papers-0-title", **{"papers-rows": rows, "papers-0-title": "Tờ khai"})

        assert status == 422
        assert f"iểu mẫu gửi đến có số dòng không hợp lệ; chỉ đọc {read} dòng đầu và chưa lưu gì" in said
        assert kept(draft)["papers"][0]["title"] != "Tờ khai"

    def test_the_same_paper_as_electronic_and_on_paper_is_told(self, draft: Walk) -> None:
        (row,) = many_papers(1)
        clean = [{**row, "paper_no": "15/CO"}, {**row, "paper_no": "15/CO", "row_no": 2, "form": "ban_dien_tu_ky_so"}]
        save_dossier(case_id=draft.case.pk, actor=person("lan"), now=draft.now, values={"papers": clean[:1]})
        typed_row = {f"papers-1-{name}": str(value) for name, value in clean[1].items() if value is not False}

        typed_row |= {"papers-1-has_correction": "false", "papers-1-issue_date": "16/11/2026", "papers-rows": "2"}

        status, said = sent(draft, "papers-0-title", **typed_row)

        assert status == 422
        assert "vừa là bản điện tử vừa là bản giấy" in said
        assert said.count('value="15/CO"') == 2


def many_papers(count: int) -> list[dict[str, Any]]:
    (first,) = scenario(GOLDEN).given.dossier["papers"]
    return [{**first, "row_no": n + 1, "title": f"Giấy chứng nhận số {n + 1}"} for n in range(count)]


def taken(who: str, walk: Walk, step: str, part: str = "", **given: Any) -> tuple[int, str]:
    """Take a step on its page; return the status and what the page says."""
    place = f"parts/{part}/" if part else ""
    address, client = f"/cases/{walk.case.code}/{place}do/{step}/", signed_in(who)
    answer = client.post(address, typed(client.get(address).content.decode(), **given))
    return answer.status_code, answer.content.decode()


def test_who_pays_another_amount_than_the_notice_is_told_both_and_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = until("ask_fee")
    fee = TableRow.objects.get(table="consular_fees", key="cnls")
    put_row(table="consular_fees", key="cnls", columns={**fee.columns, "amount": {"minor": 45_000, "currency": "VND"}},
            valid_from=walk.now.date().replace(month=12, day=1), valid_to=None, src="Thông tư mới", confirmed=True,
            actor=None, now=walk.now)  # fmt: skip
    monkeypatch.setenv("HOSO_CLOCK", "2026-12-02T09:00:00+07:00")
    paid = {"outside_no": "BL-000871", "outside_date": "02/12/2026"}

    status, said = taken("tam", walk, "pay", paid_minor="45000", **paid)

    assert status == 422
    assert "Số tiền ghi là 45.000 đồng; thông báo nộp phí ngày 30/11/2026 là 30.000 đồng" in said
    assert 'value="BL-000871"' in said
    assert taken("tam", walk, "pay", paid_minor="30000", **paid)[0] == 303
    case = Case.objects.get(pk=walk.case.pk)
    assert (case.state, case.dossier["fee"]["minor"]) == ("received", 30_000)


def test_a_serial_outside_the_stock_is_told_and_nothing_is_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = until("match")
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())

    status, said = taken("nga", walk, "bind_stamp", "paper-1", stamp_no="TA999999")

    assert status == 422
    assert 'data-reason-code="serial_in"' in said
    assert 'value="TA999999"' in said
    assert "stamp_no" not in walk.case.parts.get(key="paper-1").fields


def test_a_refund_above_what_is_left_is_told_with_its_amounts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = scenario("a fee is refunded paper by paper, up to what was paid and never more")
    last = next(n for n, action in enumerate(found.steps) if action.do == "agree") + 1
    walk = walked(PROCEDURE, found.model_copy(update={"steps": found.steps[:last]}))
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())

    status, said = taken("tam", walk, "refund_fee", refund_ground="paid_twice", refund_minor="70000")

    assert status == 422
    assert "không quá 60.000 đồng (đã nộp 90.000, đã hoàn 30.000)" in said
