"""What can be wrong with a file, in words that say what to do next. No Django: the child imports it."""
from __future__ import annotations


class Unsafe(Exception):
    """The file is not taken; `code` names why (a key of SENTENCES)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_PDF_VI, _PDF_EN = "hãy lưu hoặc in thành PDF rồi tải lên lại", "save or print it as PDF and upload that"

# code -> vi, en. {name} the file's name, {most} the limit in MB, {types} what is taken here.
SENTENCES: dict[str, tuple[str, str]] = {
    "file_empty": (
        "Tệp “{name}” trống (0 byte); hãy kiểm tra và tải lên lại.",
        "The file “{name}” is empty (0 bytes); check it and upload it again.",
    ),
    "file_too_large": (
        "Tệp “{name}” lớn hơn {most} MB; hãy giảm dung lượng (quét ở 200–300 dpi là đủ) rồi tải lên lại.",
        "The file “{name}” is larger than {most} MB; make it smaller (a scan at 200–300 dpi is enough).",
    ),
    "file_type": (
        "Không nhận loại tệp của “{name}”; ở đây chỉ nhận {types}.",
        "The type of “{name}” is not taken; here only {types}.",
    ),
    "file_not_its_type": (
        "Nội dung tệp “{name}” không đúng với đuôi tệp; hãy mở bằng phần mềm đã tạo ra nó và lưu lại đúng loại.",
        "The content of “{name}” does not match its ending; open it in the program that made it and save it anew.",
    ),
    "file_heic": (
        "Ảnh “{name}” có dạng HEIC, hệ thống không mở được. Trên iPhone: mở Ảnh, chọn Chia sẻ, Tùy chọn, “Tương thích "
        "nhất” rồi lưu vào Tệp; hoặc vào Cài đặt, Camera, Định dạng, chọn “Tương thích nhất” rồi chụp lại. "
        "Sau đó tải lên tệp JPG.",
        "The picture “{name}” is HEIC, which cannot be opened here. On an iPhone: Photos, Share, Options, “Most "
        "Compatible”, save to Files; or Settings, Camera, Formats, “Most Compatible” and take it again. "
        "Then upload the JPG.",
    ),
    "file_scripted": (
        f"Tệp “{{name}}” là trang web hoặc hình vẽ có thể chứa mã lệnh; {_PDF_VI}.",
        f"The file “{{name}}” is a web page or drawing that may hold scripts; {_PDF_EN}.",
    ),
    "file_old_office": (
        "Tệp “{name}” có dạng Office cũ (.doc, .xls); hãy lưu thành .docx, .xlsx hoặc PDF rồi tải lên lại.",
        "The file “{name}” is in the old Office format (.doc, .xls); save it as .docx, .xlsx or PDF.",
    ),
    "file_locked": (
        "Tệp “{name}” đặt mật khẩu hoặc hạn chế quyền; hãy bỏ mật khẩu rồi tải lên lại.",
        "The file “{name}” is protected by a password or restricted; remove the protection and upload it again.",
    ),
    "file_damaged": (
        "Tệp “{name}” bị hỏng hoặc thiếu phần cuối; hãy mở xem lại, lưu và tải lên lại.",
        "The file “{name}” is damaged or cut off; open it, save it and upload it again.",
    ),
    "file_mixed": (
        f"Tệp “{{name}}” chứa lẫn dữ liệu của loại tệp khác; {_PDF_VI}.",
        f"The file “{{name}}” has data of another type mixed in; {_PDF_EN}.",
    ),
    "file_macro": (
        "Tệp “{name}” chứa macro; hãy lưu thành .docx, .xlsx không có macro hoặc PDF rồi tải lên lại.",
        "The file “{name}” holds macros; save it as .docx or .xlsx without macros, or as PDF.",
    ),
    "file_object": (
        f"Tệp “{{name}}” nhúng tệp hoặc đối tượng khác bên trong; {_PDF_VI}, tệp nhúng thì tải lên riêng.",
        f"The file “{{name}}” has another file or object inside; {_PDF_EN}, and the other file by itself.",
    ),
    "file_outside_link": (
        f"Tệp “{{name}}” tự lấy dữ liệu từ nơi khác khi mở (mẫu, ảnh hoặc bảng liên kết); {_PDF_VI}.",
        f"The file “{{name}}” fetches data from elsewhere when opened (linked template, picture, sheet); {_PDF_EN}.",
    ),
    "file_active": (
        "Tệp “{name}” chứa lệnh tự chạy (JavaScript, mở chương trình, biểu mẫu động); "
        "hãy in thành PDF mới rồi tải lên lại.",
        "The file “{name}” holds commands (JavaScript, starting a program, dynamic form); print it to a new PDF.",
    ),
    "file_bomb": (
        "Tệp “{name}” bung ra quá lớn so với dung lượng của nó; hãy lưu thành PDF hoặc chia nhỏ rồi tải lên lại.",
        "The file “{name}” unpacks to far more than its size; save it as PDF or split it.",
    ),
    "file_pixels": (
        "Ảnh “{name}” có quá nhiều điểm ảnh; hãy giảm kích thước (quét ở 200–300 dpi là đủ) rồi tải lên lại.",
        "The picture “{name}” has too many pixels; make it smaller (a scan at 200–300 dpi is enough).",
    ),
    "file_too_complex": (
        f"Không kiểm tra được tệp “{{name}}” trong thời gian cho phép; {_PDF_VI}.",
        f"The file “{{name}}” could not be checked in the time allowed; {_PDF_EN}.",
    ),
    "file_virus": (
        "Phần mềm diệt vi-rút báo tệp “{name}” có mã độc; tệp không được nhận. Hãy quét máy của bạn rồi dùng bản sạch.",
        "The virus scanner found malware in “{name}”; it is not taken. Scan your computer and use a clean copy.",
    ),
    "file_not_scanned": (
        "Chưa kiểm tra được vi-rút của tệp “{name}” nên chưa nhận; hãy thử lại sau ít phút.",
        "“{name}” could not be scanned for viruses and is not taken yet; try again in a few minutes.",
    ),
    "file_names_inside": (
        f"Tệp “{{name}}” có cấu trúc bên trong không hợp lệ; {_PDF_VI}.",
        f"The inner structure of “{{name}}” is not allowed; {_PDF_EN}.",
    ),
}
