"""A small seeded world with a real log: order parts settled again and again, payouts, restores, and statements."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fanshare.core import commitments, leaves
from fanshare.core.grants import code_room, margin_room
from fanshare.core.instants import DAY, Instant
from fanshare.core.log import Frontier, Node, consistency_proof, inclusion_proof
from fanshare.core.money import MICROS
from fanshare.core.notes import VerifierKey, sign_note
from fanshare.core.recompute import further_amount, line_pool
from fanshare.core.settlement_leaf import (
    EVIDENCE,
    FAN_EVIDENCE,
    BonusEntry,
    CapStep,
    FeeEntry,
    FurtherEntry,
    LimitEntry,
    LineEntry,
    RecurringEntry,
    Settlement,
    Share,
    Stretch,
    body_hash,
)
from fanshare.core.sharing import share
from fanshare.core.statement import (
    Entry,
    EpochProof,
    Past,
    StatementData,
    closing,
    document,
    gift_opening,
    order_opening,
    payout_opening,
)
from fanshare.core.statement_check import rotation_text
from fanshare.core.terms import Bracket
from fanshare.core.tiers import step_reached
from fanshare.store.signing import LogSigner

NOW: Instant = 20_600 * DAY
PROGRAMME = "prog7"
NAME = f"shop.example/log/{PROGRAMME}"
TERMS = "7e" * 32
#: What only some terms use; a part whose figures a test gives has none of it.
PLAIN: dict[str, Any] = {"further": (), "bonuses": (), "limits": (), "recurring": None, "group": "", "fee": None}
CLEO, FINN, BUYER = "cleo-5f1c", "finn-a81b", "buyer-33d0"
OTHERS = ["dana-0001", "elif-0002", "gita-0003"]


@dataclass
class Chain:
    """One order part or payout: what it is about, and every leaf with its salts by party."""

    opens: dict[str, str]
    subject: str
    leaves: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    salts: list[dict[str, tuple[str, bytes]]] = field(default_factory=list)


class World:
    """Grows by ``part``, ``resettle``, ``pay``, ``filler``, ``restore``, ``rotate``; tells by ``statement``."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.frontier = Frontier()
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.bodies: list[dict[str, Any]] = []
        self.chains: list[Chain] = []
        self.epochs: list[tuple[int, dict[str, Any]]] = []
        self.epoch = 1
        private = Ed25519PrivateKey.from_private_bytes(self.random.randbytes(32))
        self.signer = LogSigner(private, (VerifierKey(NAME, private.public_key().public_bytes_raw()),))

    def source(self, level: int, position: int) -> bytes:
        return self.nodes[level, position]

    def append(self, body: dict[str, Any]) -> int:
        self.frontier, nodes = self.frontier.append(body_hash(body))
        self.store(nodes)
        self.bodies.append(body)
        return self.frontier.size - 1

    def store(self, nodes: list[Node]) -> None:
        self.nodes.update({(node.level, node.position): node.hash for node in nodes})

    def salt(self) -> bytes:
        return self.random.randbytes(32)

    def filler(self, count: int = 1) -> None:
        for _ in range(count):
            order, state = self.salt().hex(), self.salt().hex()
            self.append(leaves.order_state(order=order, state=state, accepted_at=NOW))

    def part(self, creator: str = CLEO, fan: str | None = FINN, buyer: str = BUYER, **given: Any) -> Chain:
        number, salt = str(len(self.chains) + 100), self.salt()
        opens = order_opening("woo-1", number, creator, salt)
        chain = Chain(opens, commitments.order_part(salt, "woo-1", number, creator))
        self.chains.append(chain)
        self.settle(chain, creator, fan, buyer, **given)
        return chain

    def settle(self, chain: Chain, creator: str, fan: str | None, buyer: str, **given: Any) -> Settlement:
        holders = {"creator": (creator, self.salt()), "buyer": (buyer, self.salt())}
        if fan is not None:
            holders["fan"] = (fan, self.salt())
        facts = settled(self.random, fan is not None) | (PLAIN if given else {}) | given
        entry = Settlement(
            order=chain.subject,
            seq=len(chain.leaves) + 1,
            previous=body_hash(chain.leaves[-1][1]).hex() if chain.leaves else None,
            shares=shares(self.random, facts, holders),
            **facts,
        )
        self.add(chain, entry.body(), holders)
        return entry

    def resettle(self, chain: Chain) -> None:
        fan = self.random.choice([FINN, None, *OTHERS])
        self.settle(chain, chain.opens["part"], fan, BUYER)

    def pay(self, party: str, amount: int, state: str = "in_transit") -> Chain:
        salt, number = self.salt(), f"pay-{len(self.chains)}"
        chain = Chain(payout_opening(number, salt), commitments.payout(salt, number))
        self.chains.append(chain)
        self.move(chain, party, amount, state)
        return chain

    def move(self, chain: Chain, party: str, amount: int, state: str) -> None:
        salt = self.salt()
        body = leaves.payout(payout=chain.subject, who=commitments.who(salt, party), **self.going(chain, amount, state))
        self.add(chain, body, {"payee": (party, salt)})

    @staticmethod
    def going(chain: Chain, amount: int, state: str) -> dict[str, Any]:
        seq, previous = len(chain.leaves) + 1, body_hash(chain.leaves[-1][1]).hex() if chain.leaves else None
        return {"seq": seq, "previous": previous, "currency": "EUR", "amount": amount, "state": state, "at": NOW}

    def give(self, giver: str, creator: str, amount: int, *states: str) -> Chain:
        salt, number = self.salt(), f"gift-{len(self.chains)}"
        chain = Chain(gift_opening(number, salt), commitments.gift(salt, number))
        self.chains.append(chain)
        for state in states:
            self.come_to(chain, giver, creator, amount, state)
        return chain

    def come_to(self, chain: Chain, giver: str, creator: str, amount: int, state: str) -> None:
        salts = {"giver": (giver, self.salt()), "creator": (creator, self.salt())}
        opened: Any = {role: commitments.who(salt, party) for role, (party, salt) in salts.items()}
        self.add(chain, leaves.gift(gift=chain.subject, **opened, **self.going(chain, amount, state)), salts)

    def add(self, chain: Chain, body: dict[str, Any], holders: dict[str, tuple[str, bytes]]) -> None:
        chain.leaves.append((self.append(body), body))
        chain.salts.append(holders)

    def restore(self, size: int) -> None:
        """Go back to a backup of ``size`` records and begin a new epoch, as an honest operator does."""
        kept, self.bodies = self.bodies[:size], []
        self.frontier = Frontier()
        for body in kept:
            self.append(body)
        for chain in self.chains:
            chain.leaves = [(index, body) for index, body in chain.leaves if index < size]
            chain.salts = chain.salts[: len(chain.leaves)]
        self.chains = [chain for chain in self.chains if chain.leaves]
        self.epochs = [(index, body) for index, body in self.epochs if index < size]
        self.epoch += 1
        root = self.frontier.root()
        body = leaves.epoch(number=self.epoch, restored_size=size, restored_root=root, cause="disk lost", at=NOW)
        self.epochs.append((self.append(body), body))

    def rotate(self) -> None:
        old, private = self.signer, Ed25519PrivateKey.from_private_bytes(self.random.randbytes(32))
        new = VerifierKey(NAME, private.public_key().public_bytes_raw())
        note = sign_note(rotation_text(new), [(old.key, old.private.sign), (new, private.sign)])
        self.signer = LogSigner(private, (*old.keys, new), (*old.rotations, note))

    def entry(self, chain: Chain, party: str, counted: int = 0) -> Entry:
        opened = [{role: salt for role, (who, salt) in salts.items() if who == party} for salts in chain.salts]
        index, body = chain.leaves[-1]
        return Entry(
            index=index,
            body=body,
            proof=inclusion_proof(index, self.frontier.size, self.source),
            opens=chain.opens,
            salts=opened[-1],
            history=[Past(past, salts) for (_, past), salts in zip(chain.leaves[-2::-1], opened[-2::-1], strict=True)],
            counted=counted,
        )

    def data(self, party: str = FINN, role: str = "fan", since: int | None = None, **given: Any) -> StatementData:
        """The parts of a statement for everything that ever concerned ``party``."""
        size = self.frontier.size
        mine = [each for each in self.chains if any(party == who for salts in each.salts for who, _ in salts.values())]
        entries = [self.entry(chain, party) for chain in mine]
        facts: dict[str, Any] = {
            "programme_id": PROGRAMME,
            "programme_name": "Bea's Soap",
            "party_id": party,
            "role": role,
            "opened_at": None,
            "as_of": NOW,
            "zone": "Europe/Berlin",
            "checkpoint": self.signer.sign_checkpoint(size, self.frontier.root(), self.epoch),
            "keys": [str(key) for key in self.signer.keys],
            "rotations": self.signer.rotations,
            **by_kind(entries),
            "epochs": [self.epoch_proof(index, body) for index, body in self.epochs],
            "consistency": None if since is None else (since, consistency_proof(since, size, self.source)),
        }
        return StatementData(**facts | given)

    def epoch_proof(self, index: int, body: dict[str, Any]) -> EpochProof:
        size = self.frontier.size
        consistency = consistency_proof(body["restored_size"], size, self.source)
        return EpochProof(index, body, inclusion_proof(index, size, self.source), consistency)

    def statement(self, party: str = FINN, role: str = "fan", since: int | None = None, **given: Any) -> dict[str, Any]:
        """A sealed statement."""
        return self.signer.seal(document(self.data(party, role, since, **given)))

    def period(self, older: StatementData, since: int, *chains: Chain) -> dict[str, Any]:
        """A statement from ``older.as_of`` on over ``chains``, opening with what ``older`` closed with."""
        counted = {
            entry.opens["salt"]: int(entry.body["seq"]) for entry in (*older.lines, *older.payouts, *older.gifts)
        }
        entries = [self.entry(chain, older.party_id, counted.get(chain.opens["salt"], 0)) for chain in chains]
        return self.statement(
            older.party_id,
            older.role,
            since,
            opened_at=older.as_of,
            as_of=older.as_of + 5 * DAY,
            opening={"EUR": closing(older, "EUR")},
            **by_kind(entries),
        )


def by_kind(entries: list[Entry]) -> dict[str, Any]:
    names = {"lines": "settlement", "payouts": "payout", "gifts": "gift"}
    return {name: [entry for entry in entries if entry.body["kind"] == kind] for name, kind in names.items()}


def settled(rng: random.Random, introduced: bool) -> dict[str, Any]:
    """The facts of one settlement, worked out from random lines, rules, credit and caps."""
    credit = rng.choice([Fraction(1), Fraction(1, 2), Fraction(1, 3), Fraction(2, 5)])
    lines = random_lines(rng, credit)
    tiered = sum(line.pool for line in lines if line.kind == "tiers")
    whole = sum(line.pool for line in lines if line.kind != "tiers")
    bonuses = random_bonuses(rng, lines) if rng.random() < 0.4 else ()
    whole += sum(one.line.pool for one in bonuses)
    further = random_further(rng, lines)
    tiered += sum(one.amount for one in further)
    uncapped = whole * credit.numerator // credit.denominator + tiered
    limits = random_limits(rng, uncapped, sum(line.net for line in lines), credit) if rng.random() < 0.4 else ()
    uncapped = limits[-1].after if limits else uncapped
    caps = random_caps(rng, uncapped)
    pool = caps[-1].after if caps else uncapped
    months = rng.choice([None, RecurringEntry("2026-03-30", (2, 12), ()), RecurringEntry("2025-05-27", (), (0, 12))])
    return {
        "currency": "EUR",
        "terms": TERMS,
        "placed_on": "2026-05-27",
        "decided_by": rng.choice(EVIDENCE),
        "decided_on": "2026-05-26",
        "introduced_by": rng.choice(FAN_EVIDENCE) if introduced else None,
        "introduced_on": "2026-05-01" if introduced else None,
        "credit": credit,
        "lines": lines,
        "further": further,
        "uncapped": uncapped,
        "caps": caps,
        "pool": pool,
        "fan_bps": rng.choice([0, 1234, 2000, 3000]) if introduced else 0,
        "buyer_bps": rng.choice([0, 500, 777, 2000]),
        "reasons": rng.choice([(), ("shared",)]),
        "bonuses": bonuses,
        "limits": limits,
        "recurring": months,
        "group": rng.choice(["", "gold"]),
        "fee": rng.choice([None, FeeEntry(250, pool * 250 // 10_000)]),
    }


def random_bonuses(rng: random.Random, lines: Sequence[LineEntry]) -> tuple[BonusEntry, ...]:
    """Some on a line, one on the order as a whole."""
    made = [LineEntry(line.id, line.net, line.goods, 0, "percent", bps=rng.randint(1, 900)) for line in lines[:2]]
    made += [LineEntry(line.id, line.net, line.goods, 0, "flat", each=MICROS, quantity=2) for line in lines[1:2]]
    base = sum(line.net for line in lines)
    made += [LineEntry("order", base, base, 0, "buyer", each=rng.randint(1, 9 * MICROS))] * (base > 0)
    return tuple(BonusEntry(rng.choice(["launch", "welcome"]), replace(one, pool=line_pool(one))) for one in made)


def random_limits(rng: random.Random, before: int, net: int, credit: Fraction) -> tuple[LimitEntry, ...]:
    """The limit for codes, then the margin budget; each may leave all of it."""
    left, limits = before, []
    for kind in rng.sample(["code", "margin"], rng.randint(1, 2)):
        bps, discount = rng.randint(200, 6000), rng.choice([0, rng.randint(1, 20 * MICROS)]) * (kind == "margin")
        room = code_room(net, credit, bps) if kind == "code" else margin_room(net, discount, credit, bps)
        told = kind == "code" or rng.random() < 0.5
        limits.append(LimitEntry(kind, bps, discount, told, left, min(left, room)))
        left = limits[-1].after
    return tuple(limits)


def random_lines(rng: random.Random, credit: Fraction) -> tuple[LineEntry, ...]:
    lines, running, given = [], 0, 0
    for number in range(rng.randint(0, 4)):
        goods = rng.randint(0, 300 * MICROS)
        net = goods if rng.random() < 0.6 else rng.randint(0, goods)
        running += net
        upto = running * credit.numerator // credit.denominator
        line = random_line(rng, str(number + 1), net, goods, upto - given)
        given = upto
        lines.append(line)
    return tuple(lines)


def random_line(rng: random.Random, number: str, net: int, goods: int, credited: int) -> LineEntry:
    kind = rng.choice(["percent", "percent", "flat", "tiers", "none"])
    limit = rng.choice([None, 300]) if kind in ("percent", "tiers") else None
    line = LineEntry(number, net, goods, 0, kind, limit_bps=limit)
    if kind == "percent":
        line = LineEntry(number, net, goods, 0, kind, bps=rng.randint(1, 4000), limit_bps=limit)
    elif kind == "flat":
        line = LineEntry(number, net, goods, 0, kind, each=rng.randint(0, 9 * MICROS), quantity=rng.randint(1, 5))
    elif kind == "tiers":
        lifts = rng.random() < 0.5
        brackets = (Bracket(100 * MICROS, 500), Bracket(200 * MICROS, 900, lifts), Bracket(None, 1500, lifts))
        cut = rng.randint(0, credited)
        stretches = (Stretch(50 * MICROS, cut), Stretch(180 * MICROS, credited - cut))
        line = LineEntry(number, net, goods, 0, kind, brackets=brackets, stretches=stretches, limit_bps=limit)
    return LineEntry(**{name: getattr(line, name) for name in LineEntry.__slots__} | {"pool": line_pool(line)})


def random_further(rng: random.Random, lines: tuple[LineEntry, ...]) -> tuple[FurtherEntry, ...]:
    """What lines with retroactive tiers get more in a month of at least their own sales."""
    found = []
    for line in lines:
        end = max((each.before + each.amount for each in line.stretches), default=0)
        reached = step_reached(line.brackets, max(end, rng.choice([0, 100, 200]) * MICROS))
        amount = further_amount(line, reached) if reached is not None else 0
        found += [FurtherEntry(line.id, reached, amount)] if reached is not None and amount else []
    return tuple(found)


def random_caps(rng: random.Random, uncapped: int) -> tuple[CapStep, ...]:
    left, caps = uncapped, []
    for level in rng.sample(["day", "week", "month", "all"], rng.randint(0, 2)):
        cap, cut = rng.randint(0, 40 * MICROS), rng.randint(0, left)
        stretches = (Stretch(3 * MICROS, cut), Stretch(rng.randint(0, 50 * MICROS), left - cut))
        left = sum(min(each.before + each.amount, cap) - min(each.before, cap) for each in stretches)
        caps.append(CapStep(level, cap, stretches, left))
    return tuple(caps)


def shares(rng: random.Random, facts: dict[str, Any], holders: dict[str, tuple[str, bytes]]) -> tuple[Share, ...]:
    amounts = share(
        facts["pool"],
        facts["fan_bps"],
        facts["buyer_bps"],
        introduced=facts["introduced_by"] is not None,
        by_fan=facts["decided_by"] in FAN_EVIDENCE,
    )._asdict()
    found = []
    for role, (party, salt) in holders.items():
        bucket = rng.choice(["pending", "available", "held"])
        matures_at = rng.choice([None, NOW - DAY, NOW + 3 * DAY, NOW + 9 * DAY])
        until = NOW + 10 * DAY if bucket == "held" else None
        found.append(Share(role, amounts[role], bucket, matures_at, commitments.who(salt, party), until))
    return tuple(found)


def full_world(seed: int, parts: int = 6) -> World:
    """A world in which everything happens at least once."""
    world = World(seed)
    world.filler(world.random.randint(0, 9))
    for _ in range(parts):
        chain = world.part(
            creator=world.random.choice([CLEO, *OTHERS]), fan=world.random.choice([FINN, FINN, None, *OTHERS])
        )
        world.filler(world.random.randint(0, 3))
        if world.random.random() < 0.5:
            world.resettle(chain)
    payout = world.pay(FINN, 1_250_000)
    world.part()
    world.move(payout, FINN, 1_250_000, world.random.choice(["paid", "returned"]))
    world.pay(FINN, 700_000)
    world.give(FINN, CLEO, 300_000, *world.random.choice([["kept"], ["given"], ["given", "kept"], ["given", "back"]]))
    world.filler(world.random.randint(0, 5))
    return world
