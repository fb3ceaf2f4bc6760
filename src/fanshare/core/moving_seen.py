"""What a plan of moving in means, so that what is done can be held against what somebody saw and said yes to."""

import hashlib

from fanshare.core.canonical import canonical
from fanshare.core.money import Micros
from fanshare.core.moving_plan import Plan


def seen(plan: Plan) -> str:
    """A fingerprint (SHA-256, hex) of what a plan would change: who comes, which links and codes, what is owed in all.

    On which day waiting money is ready is left out: where the file names none, it depends on the day of moving in.
    """
    owed: dict[tuple[str, str], Micros] = {}
    for one in plan.openings:
        owed[one.person, one.currency] = owed.get((one.person, one.currency), 0) + one.amount
    whole = {
        "tool": plan.tool,
        "file": plan.file,
        "people": sorted([one.person.key, one.slug] for one in plan.people),
        "links": sorted([one.person, one.param, one.value, one.code, one.destination] for one in plan.links),
        "codes": sorted([person, text] for person, text in plan.codes),
        "owed": sorted([person, currency, str(amount)] for (person, currency), amount in owed.items()),
    }
    return hashlib.sha256(canonical(whole)).hexdigest()
