"""What a form may send as a file: kept in memory, and never more than a little. The size is known before it is read."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler

#: A whole form with its files; a picture of 6 MB fits.
MOST = 8_000_000


class Bounded(MemoryFileUploadHandler):  # type: ignore[misc]
    """Django's handler without its files on disk, that refuses a body which says it is larger or does not say."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *_: Any) -> None:  # noqa: ARG002, N803
        """Called before the first byte is read. Raises ``RequestDataTooBig`` (a page with 400)."""
        if not 0 <= content_length <= MOST:
            raise RequestDataTooBig("A form may send 8 MB.")
        self.activated = True
