"""The shape of an amount."""

from typing import Annotated

from ninja import Schema
from pydantic import StringConstraints

type MicrosText = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,19}$")]


class Money(Schema):
    """An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are 5.31 EUR."""

    micros: MicrosText
    currency: str
