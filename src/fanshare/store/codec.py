"""Core values as the JSON that PostgreSQL keeps: views, touches, frozen contexts. Exact, typed, quick (msgspec)."""

from typing import Any

import msgspec

from fanshare.core.facts import Frozen
from fanshare.core.orders import OrderView
from fanshare.core.touches import Touch

_encoder = msgspec.json.Encoder()
_view = msgspec.json.Decoder(OrderView)
_touches = msgspec.json.Decoder(tuple[Touch, ...])
_frozen = msgspec.json.Decoder(Frozen)


def dump(value: Any) -> str:
    """A core value as JSON text. What a close froze is committed to in the log, so its old form stays as it was."""
    if isinstance(value, Frozen):
        value = _frozen_form(value)
    return _encoder.encode(value).decode()


def _frozen_form(frozen: Frozen) -> dict[str, Any]:
    """What came later is left out where it says nothing."""
    form: dict[str, Any] = msgspec.to_builtins(frozen)
    if form["first_at"] is None:
        del form["first_at"]
    touch = form["introduced_by"]
    if touch is not None and not touch["group"]:
        del touch["group"]
    return form


def view(text: str) -> OrderView:
    """The order view in a ``view`` column."""
    return _view.decode(text)


def touches(text: str) -> tuple[Touch, ...]:
    """The resolved touches in a ``touches`` column."""
    return _touches.decode(text)


def frozen(text: str) -> Frozen:
    """What a closed month froze for one part."""
    return _frozen.decode(text)
