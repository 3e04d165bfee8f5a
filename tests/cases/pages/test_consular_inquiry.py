"""What a citizen asks before coming: does my paper need this, where, what does it cost, how long does it take."""

from __future__ import annotations

import pytest
from django.test import Client

from cases.models import TableRow

ASKED = "/procedures/consular_legalization/ask/what_my_paper_needs/?asked=1"

pytestmark = pytest.mark.usefixtures("at_consular_desk")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", "2026-11-30T02:00:00+00:00")


def told(language: str = "vi", **answers: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in answers.items())
    answer = Client().get(f"{ASKED}&{asked}", headers={"accept-language": language})
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"country": "JP", "origin": "vn", "kind": "ho_tich_quoc_tich"}, "làm Apostille tại cổng của Bộ Ngoại giao"),
        ({"country": "JP", "origin": "vn", "kind": "thuong_mai"}, "cần chứng nhận lãnh sự"),
        ({"country": "JP", "origin": "vn", "kind": "ngoai_danh_muc"}, "không thuộc các nhóm được chứng nhận"),
        ({"country": "KR", "origin": "vn", "kind": "van_bang_hoc_tap"}, "chưa trả lời được trường hợp này"),
        ({"country": "JP", "origin": "foreign", "kind": "tu_phap", "has_valid_apostille": "true"}, "Không cần hợp"),
        ({"country": "LA", "origin": "foreign", "kind": "tu_phap", "has_valid_apostille": "false"}, "chứng nhận trước"),
    ],
)
def test_each_route_is_told_in_plain_words(answers: dict[str, str], words: str) -> None:
    assert words in told(**answers)


def test_what_is_filed_here_is_told_with_fee_and_time_and_what_nobody_confirmed() -> None:
    said = told(
        country="LA", origin="foreign", kind="tu_phap", has_valid_apostille="false", certified_abroad="true"
    )
    assert "cần hợp pháp hóa lãnh sự" in said
    assert "30.000 VND" in said
    assert "1 ngày làm việc" in said
    assert "cơ quan chưa xác nhận" in said
    assert "needs consular legalization" in told(
        "en", country="LA", origin="foreign", kind="tu_phap", has_valid_apostille="false", certified_abroad="true"
    )


def test_an_office_without_the_power_sends_elsewhere() -> None:
    row = TableRow.objects.filter(table="office", key="office").latest("valid_from")
    row.columns = {**row.columns, "modes": {"consular": "none"}}
    row.save(update_fields=["columns"])
    assert "Cơ quan này không nhận" in told(country="JP", origin="vn", kind="thuong_mai")
