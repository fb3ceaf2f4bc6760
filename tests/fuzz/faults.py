"""Faults to plant: a campaign that does not find them has not looked."""

from collections.abc import Callable
from typing import Any

from fanshare.core.errors import FanshareError


def forgetful(check: Callable[..., Any]) -> Callable[..., Any]:
    """A check that stumbles where it should refuse: only bad input ever shows it."""

    def stumble(*args: Any, **kwargs: Any) -> Any:
        try:
            return check(*args, **kwargs)
        except FanshareError as error:
            raise KeyError("planted") from error

    return stumble
