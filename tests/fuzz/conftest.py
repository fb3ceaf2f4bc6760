"""Each test of a campaign says at the end of the run how much it tried."""

from collections.abc import Callable, Iterator

import pytest

from tests.fuzz.campaign import TALLY


@pytest.fixture(autouse=True)
def told(record_property: Callable[[str, object], None]) -> Iterator[None]:
    TALLY.clear()
    yield
    if TALLY:
        record_property("tried", dict(TALLY))
