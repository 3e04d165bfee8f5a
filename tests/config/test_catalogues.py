"""Every sentence of ours has its English, every sentence of the libraries' forms its Vietnamese (ADR 6)."""
from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import allauth.account
import allauth.usersessions
import django
import pytest
from django.utils import translation

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("workflows", "accounts", "cases", "documents", "notifications", "audit", "config")
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
TAG = re.compile(r"""\{%-?\s*trans(?:late)?\s+(?:"([^"]+)"|'([^']+)')""")
BLOCK = re.compile(r"\{%-?\s*blocktrans(?:late)?\b([^%]*)%\}(.*?)\{%-?\s*(?:plural|endblocktrans)", re.DOTALL)
LIBRARIES = [
    *Path(allauth.account.__file__).parent.glob("*.py"),
    *Path(allauth.usersessions.__file__).parent.glob("forms.py"),
    *(Path(django.__file__).parent / part for part in ("forms/fields.py", "forms/models.py", "core/validators.py")),
    Path(django.__file__).parent / "contrib/auth/password_validation.py",
]
# Names of tables and columns in allauth's own admin, which we do not register.
NOT_SHOWN = {"models.py", "admin.py", "apps.py"}


def calls_in(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text())):
        name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in CALLS and node.args:
            yield node


def first_text(call: ast.Call) -> str | None:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    arg = call.args[1] if name.startswith("pgettext") else call.args[0]
    return arg.value if isinstance(arg, ast.Constant) and isinstance(arg.value, str) else None


def our_files(suffixes: tuple[str, ...]) -> Iterator[Path]:
    for room in ROOMS:
        yield from (f for f in (ROOT / room).rglob("*") if f.suffix in suffixes and "migrations" not in f.parts)


def our_texts() -> dict[str, str]:
    """Return msgid -> file of everything that our code hands to gettext."""
    found: dict[str, str] = {}
    for file in our_files((".py",)):
        found |= {text: file.name for call in calls_in(file) if (text := first_text(call))}
    for file in our_files((".html", ".txt")):
        source = file.read_text()
        found |= {a or b: file.name for a, b in TAG.findall(source)}
        found |= {block_text(*match): file.name for match in BLOCK.findall(source)}
    return found


def block_text(options: str, text: str) -> str:
    text = re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", text)
    return " ".join(line.strip() for line in text.strip().splitlines()) if "trimmed" in options else text


def catalogue(language: str) -> dict[str, str]:
    with (ROOT / f"config/locale/{language}/LC_MESSAGES/django.mo").open("rb") as file:
        entries = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # gettext offers no list of keys
    first = {k: v for k, v in entries.items() if not isinstance(k, tuple) or k[1] == 0}
    return {(k[0] if isinstance(k, tuple) else k).split("\x04")[-1]: v for k, v in first.items()}


def test_every_text_of_ours_has_its_english() -> None:
    known = catalogue("en")
    assert {t: f for t, f in our_texts().items() if not known.get(t)} == {}


def test_no_english_entry_is_left_over() -> None:
    assert set(catalogue("en")) - set(our_texts()) - {""} == set()


def test_our_texts_are_vietnamese_in_composed_letters() -> None:
    vietnamese = re.compile(r"[À-ỹĐđ]")
    assert [t for t in our_texts() if not vietnamese.search(t) and len(t.split()) > 1] == []
    assert [t for t in our_texts() if re.search(r"[\u0300-\u036f]", t)] == []


def test_every_sentence_of_the_libraries_forms_has_its_vietnamese() -> None:
    files = [f for f in LIBRARIES if f.name not in NOT_SHOWN or "allauth" not in f.parts]
    texts = {t: f.name for f in files for call in calls_in(f) if (t := first_text(call))}
    with translation.override("vi"):
        known = catalogue("vi")
        assert {t: f for t, f in texts.items() if t not in known and translation.gettext(t) == t} == {}


def test_no_variable_stands_inside_a_msgid() -> None:
    wrong = [
        f"{file.name}:{call.lineno}"
        for file in our_files((".py",))
        for call in calls_in(file)
        if isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_compiled_catalogue_says_what_its_source_says(language: str) -> None:
    kept = {text: said for text, said in catalogue(language).items() if text}
    assert written(ROOT / f"config/locale/{language}/LC_MESSAGES/django.po") == kept


def written(po: Path) -> dict[str, str]:
    """Return msgid -> msgstr (the first, of plurals) of a .po, whose entries have no line breaks inside a text."""
    found: dict[str, str] = {}
    for entry in po.read_text().split("\n\n")[1:]:
        parts: dict[str, str] = dict(re.findall(r'^(msgid|msgstr(?:\[0\])?) "(.*)"$', joined(entry), re.MULTILINE))
        found[unescaped(parts["msgid"])] = unescaped(parts.get("msgstr", parts.get("msgstr[0]", "")))
    return found


def joined(entry: str) -> str:
    return re.sub(r'"\n"', "", entry)


def unescaped(text: str) -> str:
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
