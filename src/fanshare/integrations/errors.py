"""Why a shop could not be asked. Both are temporary for the order concerned: nothing is concluded from them."""

from fanshare.core.errors import FanshareError


class ShopUnreachableError(FanshareError):
    """The shop did not answer, or answered that it can't now. Try again, after ``retry_after`` seconds if given."""

    def __init__(self, message: str, retry_after: int | None = None, **values: object) -> None:
        super().__init__("shop_unreachable", message, 503, **values)
        self.retry_after = retry_after


class ShopRefusedError(FanshareError):
    """The shop answered and does not let us in: keys, address or settings need a person."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__("shop_refused", message, 502, **values)


class OrderHiddenError(FanshareError):
    """The shop shows no such order, and would say the same of one it only hides from us: nothing is concluded."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__("order_hidden", message, 502, **values)
