"""Files as people send them, good and bad, built byte by byte: office packages, PDFs, pictures, zips."""
from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from PIL import Image

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LETTER = "<w:p><w:r><w:t>Kính gửi Sở Ngoại vụ</w:t></w:r></w:p>"
HEAD = "<?xml version='1.0' encoding='UTF-8'?>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

Members = Mapping[str, str | bytes]


# ------------------------------------------------------------------------------------------------- office packages
def relations(*rows: tuple[str, str, bool]) -> str:
    """Return a part of relationships: (last word of the type, target, external)."""
    lines = "".join(
        f'<Relationship Id="r{n}" Type="{kind if "://" in kind else f"{RELATIONS}/{kind}"}" Target="{target}"'
        f"{' TargetMode=' + chr(34) + 'External' + chr(34) if external else ''}/>"
        for n, (kind, target, external) in enumerate(rows)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'


def types(main: str, part: str, *more: tuple[str, str]) -> str:
    """Return [Content_Types].xml with the main part and further overrides."""
    rows = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in ((part, main), *more))
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="png" ContentType="image/png"/>{rows}</Types>'
    )


def word_parts(body: str = LETTER, main: str = WORD) -> dict[str, str | bytes]:
    """Return the parts of a small Word document."""
    return {
        "[Content_Types].xml": types(main, "/word/document.xml"),
        "_rels/.rels": relations(("officeDocument", "word/document.xml", False)),
        "word/document.xml": f'{HEAD}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
    }


def sheet_parts(cell: str = "<c r='A1'><v>1</v></c>", main: str = SHEET) -> dict[str, str | bytes]:
    """Return the parts of a small workbook."""
    rows = f"<sheetData><row r='1'>{cell}</row></sheetData>"
    return {
        "[Content_Types].xml": types(main, "/xl/workbook.xml"),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml", False)),
        "xl/workbook.xml": f"{HEAD}<workbook><sheets><sheet name='Bảng kê' sheetId='1'/></sheets></workbook>",
        "xl/worksheets/sheet1.xml": f"{HEAD}<worksheet>{rows}</worksheet>",
    }


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED, **more: Any) -> bytes:
    """Return a zip of the members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, **more) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return out.getvalue()


def word(extra: Members | None = None, **parts: Any) -> bytes:
    """Return a .docx with further parts."""
    return zipped({**word_parts(**parts), **(extra or {})})


def sheet(extra: Members | None = None, **parts: Any) -> bytes:
    return zipped({**sheet_parts(**parts), **(extra or {})})


def related(*rows: tuple[str, str, bool]) -> bytes:
    """Return a .docx whose document has these relationships."""
    return word({"word/_rels/document.xml.rels": relations(*rows)})


def field_of(*pieces: str) -> bytes:
    """Return a .docx with one complex field whose code is cut into runs."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    mark = "<w:r><w:fldChar w:fldCharType='{}'/></w:r>"
    return word(body=f"<w:p>{mark.format('begin')}{runs}{mark.format('separate')}{mark.format('end')}</w:p>")


def with_symlink() -> bytes:
    link = zipfile.ZipInfo("word/link.xml")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    out = io.BytesIO(word())
    with zipfile.ZipFile(out, "a") as made:
        made.writestr(link, "/etc/passwd")
    return out.getvalue()


def flagged_locked() -> bytes:
    """Return a .docx whose entries say that they are encrypted."""
    body = bytearray(word())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = body.find(mark)
        while place >= 0:
            body[place + at] |= 1
            place = body.find(mark, place + 4)
    return bytes(body)


def overlapping() -> bytes:
    """Return a zip in which twenty directory entries name the same bytes (Fifield, 2019)."""
    body = word({"word/kernel.xml": "<a>" + "x" * 400_000 + "</a>"})
    end = body.rindex(b"PK\x05\x06")
    start, length = struct.unpack("<I", body[end + 16 : end + 20])[0], struct.unpack("<I", body[end + 12 : end + 16])[0]
    directory = body[start : start + length]
    entry = directory[directory.rindex(b"PK\x01\x02") :]
    more = b"".join(entry.replace(b"kernel", b"kern%02d" % n) for n in range(20))
    count = struct.unpack("<H", body[end + 10 : end + 12])[0] + 20
    finish = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, length + len(more), start, 0)
    return body[:start] + directory + more + finish


def lying_about_size() -> bytes:
    """Return a .docx whose directory gives a member a tenth of its true size."""
    body = bytearray(word({"word/big.xml": "<a>" + "x" * 500_000 + "</a>"}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = body.rfind(b"word/big.xml", 0, None if mark == b"PK\x01\x02" else body.find(b"PK\x01\x02"))
        start = body.rfind(mark, 0, place)
        body[start + at : start + at + 4] = struct.pack("<I", 50_000)
    return bytes(body)


def locked_office() -> bytes:
    """Return what Word writes for a password: an OLE file with a stream EncryptedPackage."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2000


# ------------------------------------------------------------------------------------------------------------ PDFs
def pdf(*objects: str | bytes, trailer: str = "", tail: bytes = b"") -> bytes:
    """Return a PDF of one empty page and further objects, with a right cross-reference table."""
    body = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    first = (
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )  # fmt: skip
    places = []
    for number, text in enumerate((*first, *objects), 1):
        places.append(len(body))
        raw = text.encode() if isinstance(text, str) else text
        body += b"%d 0 obj\n" % number + raw + b"\nendobj\n"
    table = len(body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(places) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n" % count + rows
    body += b"trailer\n<</Size %d/Root 1 0 R%s>>\n" % (count, trailer.encode())
    return body + b"startxref\n%d\n%%%%EOF\n" % table + tail


def stream(dictionary: str, data: bytes) -> bytes:
    return f"<<{dictionary}/Length {len(data)}>>\nstream\n".encode() + data + b"\nendstream"


def packed(text: str, dictionary: str = "/Type/ObjStm/N 1/First 4/Filter/FlateDecode") -> bytes:
    """Return an object stream in which a dictionary lies deflated."""
    return stream(dictionary, zlib.compress(f"9 0 {text}".encode()))


# -------------------------------------------------------------------------------------------------------- pictures
def photo(size: tuple[int, int] = (640, 480), turned: int = 6, kind: str = "JPEG") -> bytes:
    """Return a picture with camera, place and orientation in its metadata; its left half is red."""
    made = Image.new("RGB", size, "white")
    made.paste((200, 0, 0), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B] = turned, "May anh", "Tran Thi Lan"
    exif.get_ifd(0x8825).update({1: "N", 2: (10.0, 2.0, 3.0)})
    out = io.BytesIO()
    made.save(out, kind, exif=exif, **({"comment": b"chup tai nha rieng"} if kind == "JPEG" else {}))
    return out.getvalue()


def flood(width: int, height: int) -> bytes:
    """Return a PNG of a few hundred bytes whose header promises that many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def wide_photo(width: int, height: int) -> bytes:
    """Return a JPEG whose header promises that many pixels."""
    body = bytearray(photo((64, 64)))
    at = body.index(b"\xff\xc0")
    body[at + 5 : at + 9] = struct.pack("!HH", height, width)
    return bytes(body)
