"""The optional WordPress plugin as a zip: the same bytes whoever builds it, wherever and whenever."""

import io
import zipfile
from importlib.resources import files

#: The folder the plugin has in WordPress, and its files.
FOLDER = "fanshare"
NAMES = ("fanshare.js", "fanshare.php", "readme.txt")

#: The earliest date that a zip can write; a real one would make every build another file.
_DATE = (1980, 1, 1, 0, 0, 0)


def plugin_zip() -> bytes:
    """The zip to upload under Plugins, Add New. Stored, not deflated: compressed bytes differ between libraries."""
    source = files("fanshare") / "integrations" / "woocommerce" / "wordpress"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name in NAMES:
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", _DATE)
            entry.create_system = 3  # Unix, so that the rights below mean the same everywhere
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, (source / name).read_bytes())
    return made.getvalue()
