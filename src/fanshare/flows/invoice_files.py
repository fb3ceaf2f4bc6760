"""Invoices as files to download: made from what an invoice says each time they are asked for, and kept nowhere.

A file is written by a process of its own (``invoice_paper``), for its libraries are large.
"""

from enum import StrEnum

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.invoices.checks import check
from fanshare.core.invoices.model import Invoice, written
from fanshare.flows.paper_process import file_by


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
    lacks = BadInputError(
        "invoice_letters", "The font of the PDF lacks letters that stand in this invoice; take the XML, it has all."
    )
    failed = FanshareError("invoice_file", "This file could not be written just now; try again.", 503)
    program = ("fanshare.flows.invoice_paper", str(form))
    return file_by(program, written(invoice), failed=failed, unknown_letters=lacks)
