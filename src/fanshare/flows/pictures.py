"""Pictures of strangers: sniffed, bounded, drawn anew. What leaves here holds nothing of the file but its pixels.

A file is what its first bytes say and not what it is called. It is decoded only where its size in pixels is bearable,
turned upright, and drawn on an empty canvas: place, camera, comments and whatever else lay in it stay behind. SVG is a
document with scripts and is not taken at all.
"""

import io
import logging
import secrets
import warnings
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows.own_process import BUSY, TURN
from fanshare.store.queries.creator_pages import PictureRow

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 6_000_000
MOST_PIXELS = 40_000_000
#: Of what is taken apart whole: a WebP of 34 bytes may have as many pixels, and its decoder takes 16 bytes for each.
_FEWER = {"WEBP": 20_000_000, "GIF": 20_000_000}
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
#: Longest side of what is kept, and how large its file may be.
LONGEST_SIDE = 1_200
MOST_KEPT = 300_000
_QUALITIES = (82, 60, 40)
#: What can be made smaller as it is, before anything copies it.
_PLAIN = frozenset({"RGB", "RGBA", "L", "LA", "CMYK", "YCbCr"})
#: One at a time, so that many who send large ones at once take the memory of one.
_turn = BoundedSemaphore()
# What a photo says of its place and camera would otherwise stand in a log that is set to tell everything.
logging.getLogger("PIL").setLevel(logging.WARNING)


def name() -> str:
    """A name for a picture that nobody guesses and no other one has."""
    return secrets.token_hex(16)


def redrawn(content: bytes, *, side: int = LONGEST_SIDE) -> PictureRow:
    """The same picture as a WebP file of at most ``side`` pixels a side and ``MOST_KEPT`` bytes.

    Raises ``BadInputError``: ``picture_missing``, ``picture_too_large``, ``not_a_picture``; and ``FanshareError``
    (``busy``, 503) where others are at it for longer than a page can wait.
    """
    if not content:
        raise BadInputError("picture_missing", "Choose a picture first.")
    if len(content) > MOST_BYTES:
        raise BadInputError(
            "picture_too_large", "A picture has at most %(most)s MB; make it smaller.", most=MOST_BYTES // 1000000
        )
    if not _turn.acquire(timeout=TURN):
        raise FanshareError("busy", BUSY, 503)
    try:
        return _kept(_opened(content, side))
    finally:
        _turn.release()


def _kept(whole: "Image") -> PictureRow:
    while True:
        for quality in _QUALITIES:
            out = io.BytesIO()
            whole.save(out, "WEBP", quality=quality, method=4)
            if out.tell() <= MOST_KEPT:
                return PictureRow(out.getvalue(), whole.width, whole.height)
        whole = whole.reduce(2)


def _opened(content: bytes, side: int) -> "Image":
    from PIL import Image, ImageOps

    refused = BadInputError("not_a_picture", "This is no picture that can be read: send a JPEG, PNG, WebP or GIF file.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as found:
                if found.width * found.height > _FEWER.get(str(found.format), MOST_PIXELS):
                    raise BadInputError("picture_too_large", "This picture has too many pixels; make it smaller.")
                found.draft("RGB", (side * 2, side * 2))
                if found.mode in _PLAIN and "transparency" not in found.info:
                    found.thumbnail((side, side))
                upright = ImageOps.exif_transpose(found).convert("RGBA")
    except BadInputError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadInputError("picture_too_large", "This picture has too many pixels; make it smaller.") from None
    except Exception:
        raise refused from None
    upright.thumbnail((side, side))
    canvas = Image.new("RGB", upright.size, "white")
    canvas.paste(upright, mask=upright.getchannel("A"))
    return canvas
