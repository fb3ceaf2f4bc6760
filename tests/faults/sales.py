"""Sales in a house, and what must be booked of them in the end."""

import json
from dataclasses import dataclass, field

from fanshare.flows.check import check
from tests.jobs.house import House

PART = 7_080_000  # of one order, everything that Cleo's own link earns


@dataclass
class Sales:
    """What was sold, and which messages about it were answered with 200."""

    house: House
    sold: set[str] = field(default_factory=set)
    unheard: dict[str, bytes] = field(default_factory=dict)

    def sell(self, number: int, *, padding: int = 0) -> bool:
        """A click by somebody new and the order that follows; whether its message was answered with 200."""
        bea = self.house.bea
        click = bea.click(**{"user-agent": f"Mozilla/5.0 (X11; Linux x86_64) Chrome/{100 + number}.0"})
        assert click
        body = json.dumps(bea.order(str(number), clicks=(click,))).encode() + b" " * padding
        self.unheard[str(number)] = body
        return self.tell(str(number))

    def tell(self, number: str) -> bool:
        """Post the message about an order, as the shop does again until it hears 200."""
        status = self.house.bea.post(self.unheard[number]).status_code
        assert status in {200, 503}
        if status == 200:
            self.sold.add(number)
            del self.unheard[number]
        return status == 200


def booked(house: House) -> tuple[int, int, int]:
    """Clicks that count, deliveries that were taken, and what Cleo has, in orders."""
    bea = house.bea
    return bea.counts().get("counted", 0), bea.inbox().get("done", 0), bea.earned(bea.cleo) // PART


def assert_green(house: House) -> None:
    """``check`` finds nothing, but for checkpoints, whose keys are those of the home."""
    found = [one for one in check(house.bea.programme, house.now) if not one.ok and one.name != "checkpoints"]
    assert not found, [(one.name, one.offence) for one in found]
