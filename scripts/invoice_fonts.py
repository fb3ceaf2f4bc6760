"""Put subsets of Inter into one font for invoices: ``invoice_fonts.py PACKAGE``, an unpacked ``@fontsource/inter``."""

import io
import sys
from pathlib import Path

from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

SUBSETS = ("latin", "latin-ext", "greek", "greek-ext", "cyrillic", "cyrillic-ext", "vietnamese")
TARGET = Path(__file__).parent.parent / "src/fanshare/flows/invoice_paper/fonts"
#: Seconds since 1904, any will do: the same subsets give the same file.
MADE_AT = 3_812_400_000
LAYOUT = ("GSUB", "GPOS", "GDEF", "STAT", "DSIG", "BASE")


def plain(path: Path) -> io.BytesIO:
    """A subset without compression and without tables that can't be merged."""
    font = TTFont(path, recalcTimestamp=False)
    font.flavor = None
    for table in LAYOUT:
        if table in font:
            del font[table]
    out = io.BytesIO()
    font.save(out)
    out.seek(0)
    return out


def main(package: Path) -> None:
    """Write both weights."""
    for weight in (400, 600):
        parts = [plain(package / f"files/inter-{name}-{weight}-normal.woff") for name in SUBSETS]
        merged = Merger(options=Options(drop_tables=["vmtx", "vhea"])).merge(parts)
        merged.recalcTimestamp = False
        merged["head"].created = merged["head"].modified = MADE_AT
        merged.save(TARGET / f"inter-{weight}.ttf")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
