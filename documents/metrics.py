"""How wide a text stands in Times New Roman: lines of a third to a half of a text need its width at merge time.

Advance widths of the Times family in 1/1000 em (they are the same in Liberation Serif); a letter with a mark is as
wide as the letter without it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

TWIPS_PER_MM = 1440 / 25.4

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER = _UPPER.lower()
_BOLD = dict(
    zip(
        _UPPER + _LOWER,
        (722, 667, 722, 722, 667, 611, 778, 778, 389, 500, 778, 667, 944, 722, 778, 611, 778, 722, 556, 667, 722, 722,
         1000, 722, 722, 667, 500, 556, 444, 556, 444, 333, 500, 556, 278, 333, 556, 278, 833, 556, 500, 556, 556, 444,
         389, 333, 556, 500, 722, 500, 500, 444),
        strict=True,
    )
)  # fmt: skip
_REGULAR = dict(
    zip(
        _UPPER + _LOWER,
        (722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889, 722, 722, 556, 722, 667, 556, 611, 722, 722,
         944, 722, 722, 611, 444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333,
         389, 278, 500, 500, 722, 500, 500, 444),
        strict=True,
    )
)  # fmt: skip
_OTHER = {" ": 250, "\u00a0": 250, ".": 250, ",": 250, "-": 333, ":": 333, ";": 333, "/": 278, "(": 333, ")": 333}
# A break before one of these words is the natural one; the name after it stays whole.
_PLACES = frozenset({"TỈNH", "THÀNH", "XÃ", "PHƯỜNG", "QUẬN", "ĐẶC"})


def base_letter(letter: str) -> str:
    """Return the letter without its marks: Ế → E, đ → d."""
    if letter in "Đđ":
        return "D" if letter == "Đ" else "d"
    return unicodedata.normalize("NFD", letter)[0]


class _Widths(dict[str, int]):
    """Width of every letter met so far."""

    def __missing__(self, letter: str) -> int:
        self[letter] = self.get(base_letter(letter), _OTHER.get(letter, 500))
        return self[letter]


_WIDTHS = {True: _Widths(_BOLD), False: _Widths(_REGULAR)}


def width_mm(text: str, size: float, *, bold: bool) -> float:
    """Return the printed width of one line of text, in mm; `size` in points."""
    table = _WIDTHS[bold]
    return sum([table[letter] for letter in text]) / 1000 * size * 25.4 / 72


def longest_line_mm(text: str, room_mm: float, size: float, *, bold: bool) -> float:
    """Return the width of the longest line into which a word processor breaks the text in a column."""
    blank = width_mm(" ", size, bold=bold)
    longest = 0.0
    for piece in text.split("\n"):
        line = -blank
        for word in piece.split(" "):
            width = width_mm(word, size, bold=bold)
            line = width if line > 0 and line + blank + width > room_mm else line + blank + width
            longest = max(longest, line)
    return longest


@lru_cache(maxsize=256)
def balanced(text: str, room_mm: float, size: float, *, bold: bool) -> str:
    """Return the text with line feeds so that its lines are even and no place name is torn (ỦY BAN NHÂN DÂN⏎TỈNH X)."""
    if width_mm(text, size, bold=bold) <= room_mm:
        return text
    words = text.split(" ")
    best, cost = text, float("inf")
    for at in range(1, len(words)):
        first, rest = " ".join(words[:at]), " ".join(words[at:])
        widths = [width_mm(part, size, bold=bold) for part in (first, rest)]
        torn = any(w.upper() in _PLACES for w in words[max(0, at - 3) : at]) and words[at].upper() not in _PLACES
        price = max(widths) + (30 if torn else 0) + (30 if max(widths) > room_mm else 0)
        if price < cost:
            best, cost = f"{first}\n{rest}", price
    return best


@lru_cache(maxsize=256)
def rule_indent(text: str, room_mm: float, size: float, *, bold: bool, share: float) -> int:
    """Return the indent, in twips on either side, of a centred line that is `share` of the longest line of the text."""
    longest = longest_line_mm(text, room_mm, size, bold=bold)
    return max(0, round((room_mm - min(longest, room_mm) * share) / 2 * TWIPS_PER_MM))
