"""The side of a connection for files that deliveries would see, if there could be any."""

from collections.abc import Mapping
from typing import NoReturn

from fanshare.core.errors import BadInputError
from fanshare.core.orders import OrderState
from fanshare.integrations.types import Pseudonym, Reference

#: A file may say when goods went out; one that does not must not keep everybody waiting for ever.
REPORTS_FULFILMENT = False


def references(raw: bytes, headers: Mapping[str, str]) -> list[Reference]:
    """Raises ``BadInputError`` (``files_only``)."""
    del raw, headers
    _refuse()


def parse(raw: bytes, headers: Mapping[str, str], pseudonym: Pseudonym) -> list[OrderState]:
    """Raises ``BadInputError`` (``files_only``)."""
    del raw, headers, pseudonym
    _refuse()


def _refuse() -> NoReturn:
    raise BadInputError("files_only", "This connection takes files alone: fanshare import orders FILE.")
