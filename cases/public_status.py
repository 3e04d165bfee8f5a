"""The ten statuses of the national portal: what the public reads of a case, whatever its inner state is called."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """One status: its words, and the tone (never the only sign) in which a tag shows it."""

    number: int
    vi: str
    en: str
    tone: str  # plain, cobalt, gold, good, warn, bad, hollow


PUBLIC_STATUSES = {
    status.number: status
    for status in (
        PublicStatus(1, "Mới đăng ký", "Newly registered", "cobalt"),
        PublicStatus(2, "Được tiếp nhận", "Received", "cobalt"),
        PublicStatus(3, "Không được tiếp nhận", "Not accepted", "bad"),
        PublicStatus(4, "Đang xử lý", "In process", "cobalt"),
        PublicStatus(5, "Yêu cầu bổ sung giấy tờ", "Documents to be supplemented", "warn"),
        PublicStatus(6, "Yêu cầu thực hiện nghĩa vụ tài chính", "Payment due", "warn"),
        PublicStatus(7, "Công dân yêu cầu rút hồ sơ", "Withdrawal requested", "hollow"),
        PublicStatus(8, "Dừng xử lý", "Stopped", "hollow"),
        PublicStatus(9, "Đã xử lý xong", "Handled", "good"),
        PublicStatus(10, "Đã trả kết quả", "Result returned", "good"),
    )
}
DRAFT = PublicStatus(0, "Đang soạn", "Draft", "hollow")  # before the first submission; no status of the portal


def public_status(number: int | None) -> PublicStatus:
    """Return the status of a number 1–10; None (a draft, an internal machine) gives DRAFT."""
    return PUBLIC_STATUSES[number] if number else DRAFT
