"""Write one invoice as a file: ``python -m fanshare.flows.invoice_paper xml|pdf``, JSON in, the file out.

The libraries are large, so they live for one file in a process of their own, with little memory and time and without a
way to a disk. Answers 3 where the font of the paper lacks a letter.
"""

import json
import logging
import resource
import sys

from fanshare.core.invoices.model import read

SECONDS = 15
_MEMORY = 1 << 30
UNKNOWN_LETTERS = 3


def main(form: str) -> None:
    """Read, within bounds, and write."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable(logging.CRITICAL)
    invoice = read(json.load(sys.stdin.buffer))
    from fanshare.flows.invoice_paper.cii import xml_of

    if form == "xml":
        sys.stdout.buffer.write(xml_of(invoice))
        return
    from fanshare.flows.invoice_paper.sheet import UnknownLettersError, pdf_of

    try:
        sys.stdout.buffer.write(pdf_of(invoice))
    except UnknownLettersError:
        sys.exit(UNKNOWN_LETTERS)


if __name__ == "__main__":
    main(sys.argv[1])
