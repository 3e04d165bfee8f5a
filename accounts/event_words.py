"""What the administrator reads of an event: its code and details in words. The event itself keeps the code."""
from __future__ import annotations

import datetime as dt

from django.utils.translation import get_language

from accounts.models import AccountEvent
from accounts.role_names import role_name

WORDS: dict[str, tuple[str, str]] = {
    "officer_created": ("Mở tài khoản cán bộ", "Officer's account opened"),
    "first_password_renewed": ("Cấp lại mật khẩu lần đầu", "New first password given"),
    "password_changed": ("Tự đổi mật khẩu", "Password changed by the person"),
    "profile_changed": ("Sửa thông tin cá nhân", "Particulars changed"),
    "user_disabled": ("Khóa tài khoản", "Account disabled"),
    "user_enabled": ("Mở lại tài khoản", "Account enabled"),
    "role_granted": ("Giao vai trò", "Role granted"),
    "role_ended": ("Kết thúc vai trò", "Role ended"),
    "mandate_given": ("Ghi nhận ủy quyền", "Mandate recorded"),
    "mandate_revoked": ("Thu hồi ủy quyền", "Mandate revoked"),
    "absence_recorded": ("Ghi vắng mặt", "Absence recorded"),
    "absence_ended": ("Đi làm lại", "Back at work"),
    "organisation_registered": ("Đăng ký tổ chức", "Organisation registered"),
    "member_added": ("Thành viên mới của tổ chức", "Member added"),
    "member_ended": ("Thôi là thành viên của tổ chức", "Membership ended"),
    "member_invited": ("Mời thành viên", "Member invited"),
    "invitation_taken_back": ("Thu hồi lời mời", "Invitation taken back"),
    "unit_opened": ("Mở đơn vị", "Unit opened"),
    "unit_renamed": ("Đổi tên đơn vị", "Unit renamed"),
    "unit_closed": ("Đóng đơn vị", "Unit closed"),
    "office_row_written": ("Ghi cấu hình cơ quan", "Office configuration written"),
    "office_row_imported": ("Ghi cấu hình cơ quan từ bảng tính", "Office configuration out of a spreadsheet"),
    "office_import": ("Nhập nhiều dòng từ bảng tính", "Rows taken out of a spreadsheet"),
    "table_change_proposed": ("Đề nghị đổi bảng quy tắc", "Change of a rule table proposed"),
    "table_change_decided": ("Quyết định về thay đổi bảng quy tắc", "Change of a rule table decided"),
    "calendar_changed": ("Đổi lịch làm việc", "Working calendar changed"),
    "delivery_retried": ("Cho gửi lại việc gửi không thành", "Failed delivery tried again"),
}
DAYS = ("day", "valid_from", "valid_to", "revoked_on")


def words_of(event: AccountEvent) -> str:
    """Return what happened in the language of the page, with the role, the unit and the days that it is about."""
    english = (get_language() or "vi").startswith("en")
    said = WORDS.get(event.what, (event.what, event.what))[english]
    kept = event.details
    about = [role_name(kept["role"])] if kept.get("role") else []
    about += [str(kept["unit"])] if kept.get("unit") else []
    about += [f"{dt.date.fromisoformat(kept[name]):%d/%m/%Y}" for name in DAYS if kept.get(name)]
    return f"{said}: {', '.join(about)}" if about else said
