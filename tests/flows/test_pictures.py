"""Pictures of strangers cost a bounded memory, whatever they say of their size and however many come at once."""

import io
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import pictures

#: What drawing one picture may take beside the libraries themselves.
MEGABYTES = 450
# The peak of this program alone: ``ru_maxrss`` would begin with that of whoever started it.
_PROGRAM = r"""
import re, sys
from PIL import Image
from fanshare.flows import pictures

def peak():
    return int(re.search("VmHWM:\s*([0-9]+) kB", open("/proc/self/status").read())[1]) // 1024

before = peak()
pictures.redrawn(sys.stdin.buffer.read())
print(peak() - before)
"""


def blank(form: str, side: int, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (side, side)).save(out, form, **({"lossless": True, "method": 0} if form == "WEBP" else {}))
    return out.getvalue()


@pytest.mark.parametrize("form", ["WEBP", "GIF"])
def test_fewer_pixels_are_taken_where_the_decoder_needs_more_for_each(form: str) -> None:
    with pytest.raises(BadInputError, match="too many pixels"):
        pictures.redrawn(blank(form, 4_500, "P" if form == "GIF" else "RGB"))
    assert pictures.redrawn(blank(form, 3_000, "P" if form == "GIF" else "RGB")).width == 1_200


@pytest.mark.parametrize(
    ("form", "side", "mode"),
    [
        ("WEBP", 4_400, "RGB"),
        ("WEBP", 4_400, "RGBA"),
        ("GIF", 4_400, "P"),
        ("JPEG", 6_300, "RGB"),
        ("JPEG", 6_300, "CMYK"),
    ]
    + [("PNG", 6_300, mode) for mode in ("RGB", "RGBA", "LA", "P", "I;16", "1")],
)
def test_the_largest_picture_that_is_taken_needs_no_more_memory_than_one_may(form: str, side: int, mode: str) -> None:
    content = blank(form, side, mode)
    done = subprocess.run([sys.executable, "-c", _PROGRAM], input=content, capture_output=True, check=True)
    assert int(done.stdout) < MEGABYTES


def test_one_is_drawn_at_a_time_and_who_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    small, at_once, most = blank("PNG", 60), 0, 0
    opened = pictures._opened

    def slowly(content: bytes, side: int) -> Image.Image:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.02)
        at_once -= 1
        return opened(content, side)

    monkeypatch.setattr(pictures, "_opened", slowly)
    with ThreadPoolExecutor(8) as pool:
        assert {one.width for one in pool.map(pictures.redrawn, [small] * 16)} == {60}
    assert most == 1
    monkeypatch.setattr(pictures, "TURN", 0.01)
    with pictures._turn, pytest.raises(FanshareError) as busy:
        pictures.redrawn(small)
    assert (busy.value.code, busy.value.status) == ("busy", 503)
    assert pictures.redrawn(small).width == 60, "a turn that was waited for in vain is nobody's"
    with pytest.raises(BadInputError):
        pictures.redrawn(b"nothing")
    assert pictures.redrawn(small).width == 60, "so is that of a refused one"


def test_a_phones_picture_of_several_in_one_file_is_drawn() -> None:
    out = io.BytesIO()
    first, second = Image.new("RGB", (90, 60), "red"), Image.new("RGB", (90, 60), "blue")
    first.save(out, "MPO", save_all=True, append_images=[second])
    with Image.open(io.BytesIO(pictures.redrawn(out.getvalue()).content)) as kept:
        red, _, blue = kept.convert("RGB").getpixel((45, 30))  # type: ignore[misc]
    assert red > 200 > 60 > blue
