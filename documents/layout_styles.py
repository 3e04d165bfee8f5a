"""Every element of Nghị định 30/2020/NĐ-CP as one paragraph style, and the slim empty package that carries them.

python-docx's own template brings theme fonts, 11 points, en-US and 800 KB of styles; ours names Times New Roman and
vi-VN once, in the defaults, and has no part that a paper does not need.
"""

from __future__ import annotations

from dataclasses import dataclass

from documents.package import repacked

FONT = "Times New Roman"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACK = "http://schemas.openxmlformats.org/package/2006"
_MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Look:
    """How an element stands: points, weight, place; the numbers of the decree's diagram are its boxes."""

    size: float
    bold: bool = False
    italic: bool = False
    align: str = "center"
    first_cm: float = 0
    left_cm: float = 0
    before: float = 0
    after: float = 0
    line: float = 1
    keep: bool = False
    color: str = ""


LOOKS: dict[str, Look] = {
    "QuocHieu": Look(12, bold=True),  # 1
    "TieuNgu": Look(13, bold=True),  # 1
    "CoQuanChuQuan": Look(12),  # 2
    "CoQuanBanHanh": Look(12, bold=True),  # 2
    "KeNgang": Look(1),
    "SoKyHieu": Look(13, before=4),  # 3
    "DiaDanh": Look(13, italic=True, before=4),  # 4
    "TenLoai": Look(14, bold=True, before=16, keep=True),  # 5a
    "TrichYeu": Look(14, bold=True, keep=True),  # 5a
    "TrichYeuCV": Look(12, before=6),  # 5b
    "KinhGui": Look(14, align="left", before=12, after=8, left_cm=2.5),  # 9a
    "KinhGuiDs": Look(14, align="left", after=4, left_cm=4.5),  # 9a
    "ThamQuyen": Look(14, bold=True, before=12, after=6, keep=True),
    "CanCu": Look(14, italic=True, align="both", first_cm=1.27, after=6, line=1.1),  # 6
    "QuyetDinh": Look(14, bold=True, before=6, after=6, keep=True),
    "NoiDung": Look(14, align="both", first_cm=1.27, after=6, line=1.15),  # 6
    "Dieu": Look(14, align="both", first_cm=1.27, after=6, line=1.15),  # 6
    "DeMuc": Look(14, bold=True, align="both", first_cm=1.27, before=4, after=6, line=1.15, keep=True),
    "GiuaTrang": Look(14, after=6, line=1.15),
    "QuyenHan": Look(14, bold=True, keep=True),  # 7a
    "UyQuyen": Look(11, italic=True, keep=True),
    "KyTen": Look(12, italic=True, keep=True),
    "HoTen": Look(14, bold=True, before=64),  # 7b
    "NoiNhan": Look(12, bold=True, italic=True, align="left"),  # 9b
    "NoiNhanDs": Look(11, align="left"),  # 9b
    "Bang": Look(12, align="left", before=2, after=2),
    "BangDau": Look(12, bold=True, before=2, after=2, keep=True),
    "MauSo": Look(11, italic=True, align="right"),
    "GhiChu": Look(10, italic=True, align="both", before=4),
    "SoTrang": Look(13),
    "DauHieu": Look(10, bold=True, color="FF0000"),
}
LEAN = {"DeMuc", "NoiDung", "Dieu", "CanCu", "KinhGui", "KinhGuiDs", "GiuaTrang", "QuyenHan", "HoTen", "TenLoai"}


def styles_xml(shrink: float = 0) -> str:
    """Return word/styles.xml; `shrink` takes points from the running text (forms on A5)."""
    body = "".join(_style(code, look, shrink if code in LEAN else 0) for code, look in LOOKS.items())
    fonts = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>'
    return (
        f'{_XML}<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>{fonts}<w:color w:val="000000"/>'
        '<w:sz w:val="28"/><w:szCs w:val="28"/><w:lang w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/></w:rPr>'
        '</w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
        '</w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
        '<w:name w:val="Normal"/><w:qFormat/></w:style><w:style w:type="character" w:default="1" w:styleId="Chu">'
        '<w:name w:val="Default Paragraph Font"/></w:style><w:style w:type="table" w:default="1" w:styleId="Bieu">'
        '<w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
        '<w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        f"{body}</w:styles>"
    )


def _style(code: str, look: Look, shrink: float) -> str:
    flags = "".join(f"<w:{tag}/>" for tag, on in (("b", look.bold), ("bCs", look.bold), ("i", look.italic)) if on)
    color = f'<w:color w:val="{look.color}"/>' if look.color else ""
    size = round((look.size - shrink) * 2)
    sides = {"left": look.left_cm, "firstLine": look.first_cm}
    indents = " ".join(f'w:{side}="{round(cm * 567)}"' for side, cm in sides.items() if cm)
    indent = f"<w:ind {indents}/>" if indents else ""
    spacing = (
        f'<w:spacing w:before="{round(look.before * 20)}" w:after="{round(look.after * 20)}" '
        f'w:line="{round(look.line * 240)}" w:lineRule="auto"/>'
    )
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{code}"><w:name w:val="{code}"/>'
        f'<w:basedOn w:val="Normal"/><w:pPr>{"<w:keepNext/>" * look.keep}{spacing}{indent}<w:jc w:val="{look.align}"/>'
        f'</w:pPr><w:rPr>{flags}{color}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def blank(title: str, *, shrink: float = 0) -> bytes:
    """Return an empty .docx with our styles and fixed core properties; `title` is plain text without XML signs."""
    return repacked(
        {
            "[Content_Types].xml": _content_types().encode(),
            "_rels/.rels": _relations(
                ("officeDocument", "word/document.xml"),
                ("metadata/core-properties", "docProps/core.xml"),
            ).encode(),
            "docProps/core.xml": _core(title).encode(),
            "word/document.xml": f'{_XML}<w:document xmlns:w="{W}" xmlns:r="{_REL}"><w:body><w:sectPr/></w:body>'
            "</w:document>".encode(),
            "word/styles.xml": styles_xml(shrink).encode(),
            "word/settings.xml": _settings().encode(),
            "word/_rels/document.xml.rels": _relations(
                ("styles", "styles.xml"),
                ("settings", "settings.xml"),
            ).encode(),
        }
    )


def _content_types() -> str:
    parts = {
        "/word/document.xml": f"{_MIME}.document.main+xml",
        "/word/styles.xml": f"{_MIME}.styles+xml",
        "/word/settings.xml": f"{_MIME}.settings+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    named = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    return (
        f'{_XML}<Types xmlns="{_PACK}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{named}</Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    rows = ""
    for n, (kind, target) in enumerate(targets, 1):
        base = f"{_PACK}/relationships" if "/" in kind else _REL
        rows += f'<Relationship Id="rId{n}" Type="{base}/{kind}" Target="{target}"/>'
    return f'{_XML}<Relationships xmlns="{_PACK}/relationships">{rows}</Relationships>'


def _core(title: str) -> str:
    moment = '<dcterms:{0} xsi:type="dcterms:W3CDTF">2020-03-05T00:00:00Z</dcterms:{0}>'
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACK}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{title}</dc:title><dc:creator>Hoso</dc:creator>{moment.format('created')}"
        f"{moment.format('modified')}<dc:language>vi-VN</dc:language></cp:coreProperties>"
    )


def _settings() -> str:
    return (
        f'{_XML}<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/>'
        '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="vi-VN"/></w:settings>'
    )
