from enum import StrEnum


class ListProductsStateType0(StrEnum):
    GONE = "gone"
    NO_PICTURE = "no_picture"
    ON_SALE = "on_sale"
    SOLD_OUT = "sold_out"

    def __str__(self) -> str:
        return str(self.value)
