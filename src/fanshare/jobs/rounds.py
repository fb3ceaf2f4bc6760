"""What one round of the worker did."""

from dataclasses import dataclass


@dataclass(slots=True)
class Round:
    """What one round did; ``busy`` says that there may be more at once."""

    clicks: int = 0
    deliveries: int = 0
    refused: int = 0
    taken: int = 0
    settled: int = 0
    transfers: int = 0
    polled: int = 0
    failures: int = 0

    @property
    def amount(self) -> int:
        return self.clicks + self.deliveries + self.refused + self.taken + self.settled + self.polled

    @property
    def busy(self) -> bool:
        return self.amount > 0
