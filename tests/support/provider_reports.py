"""Reports as providers let them be downloaded, with a few of their columns."""

import csv
import io
from collections.abc import Sequence

STRIPE = (
    "balance_transaction_id",
    "reporting_category",
    "source_id",
    "currency",
    "gross",
    "fee",
    "net",
    "transfer_group",
)
STRIPE_HISTORY = (
    "id",
    "Type",
    "Source",
    "Amount",
    "Fee",
    "Net",
    "Currency",
    "Available On (UTC)",
    "Transfer Group",
)
PAYPAL = (
    "Type",
    "Status",
    "Currency",
    "Gross",
    "Fee",
    "Net",
    "Transaction ID",
    "Custom Number",
    "Invoice Number",
    "Item ID",
)
TREMENDOUS = ("External ID", "Order ID", "Amount", "Currency", "Delivery Status", "Fee")


def report(heads: Sequence[str], *rows: Sequence[str]) -> bytes:
    """A CSV file with a mark of its order of bytes, as PayPal writes it."""
    out = io.StringIO()
    csv.writer(out).writerows([heads, *rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
