"""Write one paper: ``python -m fanshare.flows.plain_paper``, JSON in, the PDF out.

The JSON holds ``title``, ``language``, ``day`` (``2026-11-14``) and ``blocks``: kind (``title``, ``heading``, ``text``,
``small``) and words. Within little memory and time, and without a way to a disk. Answers 3 where the font lacks a
letter.
"""

import json
import logging
import resource
import sys

SECONDS = 15
_MEMORY = 1 << 30
UNKNOWN_LETTERS = 3


def main() -> None:
    """Read, within bounds, and write."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable(logging.CRITICAL)
    asked = json.load(sys.stdin.buffer)
    from fanshare.flows.plain_paper.sheet import UnknownLettersError, pdf_of

    try:
        sys.stdout.buffer.write(pdf_of(**asked))
    except UnknownLettersError:
        sys.exit(UNKNOWN_LETTERS)


if __name__ == "__main__":
    main()
