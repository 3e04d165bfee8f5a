"""Names of the office's tables, rows and columns, Vietnamese and English."""
from __future__ import annotations

TABLES: dict[str, tuple[str, str]] = {
    "office": ("Cấu hình cơ quan", "Office configuration"),
    "consultees": ("Cơ quan được lấy ý kiến", "Consulted agencies"),
    "donors": ("Nhà tài trợ", "Donors"),
    "sectors": ("Lĩnh vực", "Sectors"),
    "fees": ("Phí, lệ phí", "Fees"),
    "retention_rules": ("Thời hạn bảo quản", "Retention rules"),
    "series": ("Số văn bản cuối trước khi dùng hệ thống", "Last numbers before the system"),
    "admin_units": ("Đơn vị hành chính", "Administrative units"),
    "countries": ("Quốc gia", "Countries"),
}
HINTS: dict[str, tuple[str, str]] = {
    "office": (
        "Cơ quan tự xưng thế nào, được liên hệ ra sao, đánh mã hồ sơ và làm việc thế nào.",
        "How the office calls itself, is reached, codes its cases and works.",
    ),
    "fees": ("Khóa là mã thủ tục; số tiền theo đơn vị nhỏ nhất.", "The key is the procedure; amounts in minor units."),
    "retention_rules": ("Khóa là mã thủ tục.", "The key is the procedure."),
    "series": (
        "Khóa là <sổ>:<loại>:<năm>, ví dụ agency:CV:2026. Chỉ có tác dụng đến khi sổ cấp số đầu tiên.",
        "The key is <book>:<type>:<year>, as agency:CV:2026. It counts until the book has given its first number.",
    ),
}
OFFICE_WORDS: dict[str, tuple[str, str]] = {
    "office": ("Cơ quan", "The office"),
    "agency": ("Cơ quan ban hành văn bản", "Issuing agency"),
    "ppc": ("Ủy ban nhân dân tỉnh", "People’s committee"),
    "ppc_office": ("Văn phòng Ủy ban nhân dân tỉnh", "Office of the people’s committee"),
    "one_stop": ("Bộ phận Một cửa", "One-stop desk"),
    "signers": ("Người ký mặc định", "Signers"),
    "forms": ("Khổ giấy của mẫu một cửa", "Paper size of the one-stop forms"),
    "site": ("Địa chỉ trang", "Address of the site"),
    "complaint_guidance": ("Hướng dẫn khiếu nại", "Guidance on complaints"),
    "bank": ("Tài khoản thu phí, lệ phí", "Account for fees"),
}
COLUMN_WORDS: dict[str, tuple[str, str]] = {
    "name": ("Tên", "Name"),
    "name_en": ("Tên tiếng Anh", "English name"),
    "vi": ("Tiếng Việt", "Vietnamese"),
    "en": ("Tiếng Anh", "English"),
    "phone": ("Điện thoại", "Telephone"),
    "email": ("Thư điện tử", "E-mail"),
    "address": ("Địa chỉ", "Address"),
    "hours": ("Giờ làm việc", "Opening hours"),
    "hours_en": ("Giờ làm việc (tiếng Anh)", "Opening hours in English"),
    "directions": ("Chỉ đường", "How to get there"),
    "directions_en": ("Chỉ đường (tiếng Anh)", "How to get there, in English"),
    "agency_code": ("Mã cơ quan", "Agency code"),
    "case_code_pattern": ("Mẫu mã hồ sơ", "Pattern of the case code"),
    "lead_agency": ("Cơ quan chủ trì (mã đơn vị)", "Lead agency (unit code)"),
    "is_department": ("Là sở thuộc tỉnh", "Is a department of the province"),
    "ppc_in_system": ("Ủy ban nhân dân tỉnh làm việc trên hệ thống", "The people’s committee works in the system"),
    "modes": ("Cách làm", "Mode"),
    "units": ("Đơn vị tiếp nhận", "Receiving unit"),
    "parent_name": ("Tên cơ quan chủ quản", "Name of the superior body"),
    "symbol": ("Ký hiệu", "Symbol"),
    "unit_symbol": ("Ký hiệu đơn vị soạn thảo", "Symbol of the drafting unit"),
    "place": ("Địa danh", "Place"),
    "head_title": ("Chức danh người đứng đầu", "Title of the head"),
    "collective": ("Chế độ tập thể (TM.)", "Decides collectively (TM.)"),
    "body": ("Cơ quan ghi sau TM.", "Body named after TM."),
    "archive": ("Nơi lưu", "Archive"),
    "title": ("Chức danh", "Title"),
    "page": ("Khổ giấy", "Paper size"),
    "url": ("Địa chỉ", "Address"),
    "last": ("Số cuối đã dùng", "Last number used"),
    "years": ("Số năm", "Years"),
    "permanent": ("Vĩnh viễn", "Permanent"),
    "minor": ("Số tiền", "Amount"),
    "currency": ("Loại tiền", "Currency"),
    "country": ("Quốc gia (mã)", "Country (code)"),
    "type": ("Loại", "Type"),
    "reg_no": ("Số đăng ký", "Registration number"),
    "kind": ("Loại", "Kind"),
    "bin": ("Mã ngân hàng (6 chữ số, NAPAS)", "Bank identifier (6 digits, NAPAS)"),
    "account": ("Số tài khoản", "Account number"),
    "holder": ("Chủ tài khoản", "Account holder"),
    "bank": ("Ngân hàng", "Bank"),
}
# Keys inside a row; roles are named by their own table.
KEY_WORDS: dict[str, tuple[str, str]] = {"default": ("mọi thủ tục khác", "every other procedure")}
# Columns of the free tables: kind of value, and whether it must be there.
COLUMNS: dict[str, dict[str, tuple[type, bool]]] = {
    "consultees": {"vi": (str, True), "en": (str, False)},
    "donors": {"name": (str, True), "country": (str, False), "type": (str, False), "reg_no": (str, False)},
    "sectors": {"vi": (str, True), "en": (str, False)},
    "fees": {"minor": (int, True), "currency": (str, True)},
    "retention_rules": {"years": (int, False), "permanent": (bool, False)},
    "admin_units": {"name": (str, True), "kind": (str, False)},
    "countries": {"name": (str, True), "en": (str, False)},
}
