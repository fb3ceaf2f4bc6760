"""Invoices as files to download: made from what an invoice says each time they are asked for, and kept nowhere.

A file is written by a process of its own (``invoice_paper``), for its libraries are large.
"""

import json
import os
import subprocess
import sys
from enum import StrEnum
from threading import BoundedSemaphore

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.invoices.checks import check
from fanshare.core.invoices.model import Invoice, written

_SECONDS = 30
_UNKNOWN_LETTERS = 3
#: So many are written at a time in one process.
_turn = BoundedSemaphore(2)


class Form(StrEnum):
    """What kind of file."""

    XML = "xml"
    PDF = "pdf"


def file_of(invoice: Invoice, form: Form) -> bytes:
    """The file of an invoice.

    Raises ``BadInputError``: ``invoice_letters`` where the font of the PDF lacks letters, and what ``checks.check``
    raises; ``FanshareError`` (``invoice_file``, 503) where it could not be written.
    """
    check(invoice)
    program = [sys.executable, "-I", "-m", "fanshare.flows.invoice_paper", str(form)]
    failed = FanshareError("invoice_file", "This file could not be written just now; try again.", 503)
    with _turn:
        try:
            done = subprocess.run(  # noqa: S603 - a program of ours, and no word of the invoice among its arguments
                program,
                input=json.dumps(written(invoice)).encode(),
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                env={"PATH": os.defpath},
                cwd="/",
            )
        except (OSError, subprocess.TimeoutExpired):
            raise failed from None
    if done.returncode == _UNKNOWN_LETTERS:
        raise BadInputError(
            "invoice_letters", "The font of the PDF lacks letters that stand in this invoice; take the XML, it has all."
        )
    if done.returncode or not done.stdout:
        raise failed
    return done.stdout
