"""The one error type that crosses rooms: a stable code, a plain sentence, an HTTP status."""

import re

from fanshare.core.marks import Said, Word, later, say

__all__ = ["BadInputError", "ConflictError", "FanshareError", "Word", "quoted"]

#: Figures, times, amounts with their signs, and short words such as a currency.
_HARMLESS = re.compile(r"[0-9.,:+\-TZtz /%'()]*|[A-Za-z]{1,5}", re.ASCII)
_MOST_QUOTED = 40


class FanshareError(Exception):
    """Something a person can act on.

    ``code`` is stable and machine-readable (``snake_case``), ``message`` is one plain sentence that says what
    happened and what to do, ``status`` is the HTTP status a web surface answers with. What stands in the sentence as
    ``%(most)s`` comes in ``values``: a page translates ``template``, the sentence without them. ``say`` gives both.
    """

    def __init__(self, code: str, message: str, status: int = 400, **values: object) -> None:
        if isinstance(message, Said) and not values and not message.many:
            values = message.values
            message = message.template
        self.code = code
        self.template = message
        self.values = values
        self.message = message % values if values else message
        self.status = status
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    @property
    def said(self) -> Said:
        """The message as a sentence that a page can translate, also within another one."""
        return say(self.template, **self.values)


class BadInputError(FanshareError):
    """Input that can't be understood or is not allowed. Nothing was changed by it."""


class ConflictError(FanshareError):
    """The request contradicts what is already recorded (HTTP 409)."""

    def __init__(self, code: str, message: str, **values: object) -> None:
        super().__init__(code, message, 409, **values)


def quoted(text: str) -> str:
    """A value as the subject of a sentence that says what is wrong about it: ``'1.234,5'``.

    What could be somebody's name or address, because a shop or a mapping put it into the wrong field, is not repeated:
    sentences are logged and kept. It is called ``This``.
    """
    return repr(text) if len(text) <= _MOST_QUOTED and _HARMLESS.fullmatch(text) else Word(later("This"))
