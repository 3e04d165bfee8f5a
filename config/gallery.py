"""The pattern book: every part of a page with invented content. In demonstrations only."""
from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.public_status import PUBLIC_STATUSES
from config.templatetags.hoso import choose

MORNING = dt.datetime(2026, 11, 24, 2, 5, tzinfo=dt.UTC)


class SampleForm(forms.Form):
    """One control of each kind."""

    name = forms.CharField(label="Tên khoản viện trợ", help_text="Ghi như trong văn kiện.", max_length=200)
    kind = forms.ChoiceField(label="Hình thức", choices=[("tien", "Bằng tiền"), ("hang", "Bằng hàng hóa")])
    start = forms.DateField(label="Ngày bắt đầu", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    channel = forms.ChoiceField(
        label="Nhận kết quả", choices=[("a", "Trực tuyến"), ("b", "Tại Bộ phận Một cửa")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="Ghi chú", required=False, widget=forms.Textarea)
    paper = forms.FileField(label="Văn kiện", required=False, help_text="PDF hoặc DOCX, tối đa 20 MB.")
    agree = forms.BooleanField(label="Tôi đã đọc thông báo về xử lý dữ liệu cá nhân")


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show the pattern book; 404 outside a demonstration."""
    if not settings.DEMO:
        raise Http404
    return render(request, "gallery.html", sample())


def sample() -> dict[str, Any]:
    """Return invented content for every part."""
    return {
        "crumbs": [[choose("Trang chủ", "Home"), "/"], [choose("Bộ mẫu", "Pattern book"), ""]],
        "statuses": list(PUBLIC_STATUSES),
        "rows": _rows(),
        "tasks": _tasks(),
        "items": _items(),
        "steps": _steps(),
        "plain": SampleForm(),
        "faulty": SampleForm({"name": "", "start": "31/02/2026"}),
        "reasons": [
            {"code": "not_signed", "vi": "Công văn chưa được ký", "en": "The letter is not signed"},
            {"code": "separation_of_duties", "vi": "Bạn là người soạn nên không duyệt", "en": "You drafted it"},
        ],
        "due": dt.date(2026, 11, 27),
        "price": {"minor": 125_000_050, "currency": "USD"},
        "dong": {"minor": 1_250_000, "currency": "VND"},
    }


def _rows() -> list[dict[str, str]]:
    return [
        {"label": choose("Bên tài trợ", "Donor"), "value": "Quỹ Sông Xanh (giả định)", "href": "#"},
        {"label": choose("Trị giá", "Value"), "value": "120.000,00 USD", "href": "#", "changed": "yes"},
        {"label": choose("Địa bàn", "Place"), "value": "", "href": "#"},
    ]


def _tasks() -> list[dict[str, str]]:
    return [
        {"label": choose("Người nộp", "Applicant"), "href": "#", "status": "done"},
        {"label": choose("Nội dung", "Content"), "href": "#", "status": "todo", "hint": "Còn 3 mục"},
        {"label": choose("Giấy tờ", "Documents"), "href": "#", "status": "error"},
        {"label": choose("Kiểm tra và nộp", "Check and submit"), "status": "cannot"},
    ]


def _items() -> list[dict[str, Any]]:
    return [
        {"title": choose("Chuyển Sở Tài chính cho ý kiến", "Opinion asked"), "at": MORNING, "who": "Trần Thị Hà"},
        {"title": choose("Phân công thụ lý", "Assigned"), "at": MORNING - dt.timedelta(hours=3), "who": "Lê Văn Sơn"},
        {"title": choose("Tiếp nhận hồ sơ", "Received"), "at": MORNING - dt.timedelta(days=1), "who": "Phạm Minh",
         "text": choose("Hẹn trả kết quả ngày 22/12/2026.", "Result promised for 22/12/2026.")},
    ]  # fmt: skip


def _steps() -> list[dict[str, str]]:
    return [
        {"label": choose("Nộp", "Filed"), "status": "done", "note": "20/11/2026"},
        {"label": choose("Tiếp nhận", "Received"), "status": "done", "note": "23/11/2026"},
        {"label": choose("Giải quyết", "In process"), "status": "now", "note": choose("còn 18 ngày", "18 days left")},
        {"label": choose("Kết quả", "Result"), "status": "later"},
    ]
