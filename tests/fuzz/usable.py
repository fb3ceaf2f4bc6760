"""What a reader gave: a report that everything behind it can use, or a refusal that a person can."""

import json

from fanshare.core.errors import FanshareError
from fanshare.core.money import MAX_MICROS
from fanshare.core.order_documents import from_document, state_hash, to_document
from fanshare.core.order_join import join
from fanshare.core.orders import OrderState
from fanshare.core.payments import Payment, Report, as_order, merge
from fanshare.core.terms_document import TermsError


def usable(report: Report) -> None:
    """What was read must go through everything that follows."""
    if isinstance(report, Payment):
        assert merge(report, report) == report
        order = as_order(report)
        if order is None:
            return
        report = order
    assert isinstance(report, OrderState)
    written = to_document(report)
    assert from_document(json.loads(json.dumps(written))) == report
    assert len(state_hash(report)) == 64
    view = join([report])
    assert 0 <= view.net <= view.goods <= MAX_MICROS


def refusal(error: FanshareError) -> str:
    """The outcome of a refusal, which has a stable code and a sentence in one line."""
    assert error.code.replace("_", "").isalpha(), error.code
    assert error.message.endswith((".", "!", "?", '"')), error.message
    assert "\n" not in error.message, error.message
    error.message.encode()
    return f"refused: {error.code}"


def told(error: TermsError) -> str:
    """The outcome of a refusal that names each mistake in a line of its own."""
    assert error.errors
    assert all(message and "\n" not in message for _, message in error.errors), error.errors
    error.message.encode()
    return f"refused: {error.code}"


def pseudonym(kind: str, value: str) -> str:
    """A keyed hash can take any text that UTF-8 can write, and no other."""
    return f"{kind}-{len(value.encode())}"
