"""A picture, decoded once: that proves it whole and gives the copy that people are shown, upright, without metadata.

The original stays as it came (a photo's metadata may be evidence); who looks at the case gets the copy.
"""
from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image, ImageOps

from cases.files.faults import Unsafe
from cases.files.pixels import MOST_PIXELS
from cases.files.zips import ends_as_zip

FORMATS = {"jpg": ("JPEG",), "png": ("PNG",)}
SHOWN_PIXELS = 16_000_000  # A4 at 400 dpi: the fine print stays readable
TAIL = 66_000


def check_picture(path: Path, kind: str, shown: Path) -> None:
    """Judge a picture and write the copy without metadata to `shown`. Raises Unsafe."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        if ends_as_zip(file.read()):
            raise Unsafe("file_mixed")
    Image.MAX_IMAGE_PIXELS = None  # the limits here are our own, by type
    warnings.simplefilter("ignore")  # odd metadata is no fault: it is left out
    try:
        _copy(path, kind, shown)
    except (OSError, SyntaxError, ValueError, EOFError) as fault:  # what Pillow raises for broken pictures
        raise Unsafe("file_damaged") from fault


def _copy(path: Path, kind: str, shown: Path) -> None:
    with Image.open(path, formats=FORMATS[kind]) as picture:
        if picture.width * picture.height > MOST_PIXELS[kind]:
            raise Unsafe("file_pixels")
        scale = 1
        while picture.width * picture.height > SHOWN_PIXELS * scale * scale:
            scale *= 2
        picture.draft(None, (picture.width // scale, picture.height // scale))  # a JPEG is decoded smaller
        picture.load()
        ImageOps.exif_transpose(picture, in_place=True)  # as the camera noted; the note is not written again
        picture.info = {name: value for name, value in picture.info.items() if name == "transparency"}
        if kind == "jpg":
            _plain(picture, ("L", "RGB")).save(shown, "JPEG", quality=88)
        else:
            _smaller(_plain(picture, ("1", "L", "LA", "P", "RGB", "RGBA"))).save(shown, "PNG", compress_level=3)


def _smaller(picture: Image.Image) -> Image.Image:
    """A PNG is decoded whole; the copy is reduced afterwards. A palette or black and white stays: it is small."""
    if picture.width * picture.height <= SHOWN_PIXELS or picture.mode in ("1", "P"):
        return picture
    return picture.reduce(2)


def _plain(picture: Image.Image, modes: tuple[str, ...]) -> Image.Image:
    return picture if picture.mode in modes else picture.convert("RGB")
