from enum import StrEnum


class ClaimOutBasisType0(StrEnum):
    BUYER = "buyer"
    OWN = "own"
    RECEIPT = "receipt"

    def __str__(self) -> str:
        return str(self.value)
