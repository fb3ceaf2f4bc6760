"""Invoices as files to download: made from what an invoice says each time they are asked for, and kept nowhere.

A file is written by a process of its own (``invoice_paper``), for its libraries are large.
"""

import json
from enum import StrEnum

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.invoices.checks import check
from fanshare.core.invoices.model import Invoice, written
from fanshare.flows.own_process import OwnProcess

_UNKNOWN_LETTERS = 3
_program = OwnProcess("-m", "fanshare.flows.invoice_paper", seconds=30, at_once=2)


class Form(StrEnum):
    """What kind of file."""

    XML = "xml"
    PDF = "pdf"


def file_of(invoice: Invoice, form: Form) -> bytes:
    """The file of an invoice.

    Raises ``BadInputError``: ``invoice_letters`` where the font of the PDF lacks letters, and what ``checks.check``
    raises; ``FanshareError`` (``invoice_file``, ``busy``, 503) where it could not be written.
    """
    check(invoice)
    done = _program(json.dumps(written(invoice)).encode(), str(form))
    if done is not None and done.code == _UNKNOWN_LETTERS:
        raise BadInputError(
            "invoice_letters", "The font of the PDF lacks letters that stand in this invoice; take the XML, it has all."
        )
    if done is None or done.code or not done.out:
        raise FanshareError("invoice_file", "This file could not be written just now; try again.", 503)
    return done.out
