"""What a form may send as a file: kept in memory, and never more than a little. The size is known before it is read.

What has to be made anew costs seconds of a processor, also where it is refused in the end: so it is counted too.
"""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler

from fanshare.core.errors import FanshareError
from fanshare.web import site

#: Files that one party may let be made anew within ten minutes, whatever becomes of them.
MOST_TRIES = 10
#: A whole form with its files; a picture of 6 MB fits.
MOST = 8_000_000


class Bounded(MemoryFileUploadHandler):  # type: ignore[misc]
    """Django's handler without its files on disk, that refuses a body which says it is larger or does not say."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *_: Any) -> None:  # noqa: ARG002, N803
        """Called before the first byte is read. Raises ``RequestDataTooBig`` (a page with 400)."""
        if not 0 <= content_length <= MOST:
            raise RequestDataTooBig("A form may send 8 MB.")
        self.activated = True


def refuse_if_too_many(request: Any, programme: int, party: int) -> None:
    """Count a file that somebody sent, before it is opened. Raises ``FanshareError`` (``too_many_files``, 429)."""
    here = site.of(request)
    if not here.limiter.allows("file", f"{programme}/{party}", MOST_TRIES, here.clock()):
        raise FanshareError("too_many_files", "You sent many files within minutes; try again in ten minutes.", 429)
