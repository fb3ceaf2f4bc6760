"""A payout run with its postings, leaves and file for the bank, beside COPY of its rows and bare writing of its XML.

At the usual size it pays 100,000 people; ``--size 0.03`` pays 3,000. The lines that a statement tells of the run are in
it; the signed document is made when its payee asks (decision 166), and measured on some for a row of its own.
"""

import io
import time
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple
from xml.etree import ElementTree

from benchmarks.ground import NOW, Town, ground
from benchmarks.trials import Row, Trial, backend_seconds, scaled
from benchmarks.twins import Twins
from fanshare.config.collector import look_seldom
from fanshare.core.bank_files import iban_debtor
from fanshare.core.instants import DAY
from fanshare.core.ledger import AccountKey, AccountKind, Transfer, TransferKind
from fanshare.core.payee_account import Kind, iban_account, packed
from fanshare.flows import payees, payout_banks, payout_runs
from fanshare.flows.statements import make_statement
from fanshare.integrations.bank_files import Banks
from fanshare.jobs.worker import log_name
from fanshare.store import ledger, log_store
from fanshare.store.access import connect
from fanshare.store.queries import payees as named
from fanshare.store.queries import payout_runs as rows
from fanshare.store.signing import load_or_create

PAYEES = 100_000
BATCH = 5_000
GOAL = 0.3
#: How often the yardstick is laid on.
TURNS = 3
#: Payees whose statement is made.
SAMPLE = 300
ACCOUNT = packed(iban_account("Finn Fox", "AT611904300234573201"))
DEBTOR = iban_debtor("Bea", "DE89370400440532013000", "", "Leinenweg 1", "10115", "Berlin", "de")
#: Every table that a run writes rows of many people into.
TABLES = (
    "payout",
    "payout_event",
    "payout_item",
    "payout_item_event",
    "account",
    "transfer",
    "log_leaf",
    "log_node",
)


class Measured(NamedTuple):
    """A run of so many payees: its seconds and their parts, those of the processor, of its yardsticks, and of one
    statement.
    """

    number: int
    ours: float
    steps: dict[str, float]
    processor: float
    copied: float
    checked: float
    bare: float
    statement: float


def run_of_many(size: float) -> list[Row]:
    """One run: planned, approved, sent, and its file written; then the same rows copied and the same XML written."""
    number = scaled(PAYEES, size, 100)
    look_seldom()  # as the processes do in which runs are sent
    with ground() as base, connect(base.database.dsn(owner=True)) as owner:
        town = base.town(1, number)
        _fill(town)
        base.analyse()
        twins = Twins(owner, TABLES)
        mark, processor = twins.mark(), time.process_time() + backend_seconds(base.postmaster)
        began = time.perf_counter()
        steps, raw = _paid(town, began)
        ours = time.perf_counter() - began
        processor = time.process_time() + backend_seconds(base.postmaster) - processor
        written = twins.written(mark)
        copied, checked = (median(_copies(one, written)) for one in (twins, Twins(owner, TABLES, bound=True)))
        statement = _statement(town)
    bare = median(_bare(raw) for _ in range(TURNS))
    return _rows(Measured(number, ours, steps, processor, copied, checked, bare, statement))


def _rows(of: Measured) -> list[Row]:
    whole = of.ours + of.statement * of.number
    steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in of.steps.items())
    return [
        _row(
            f"payout run of {of.number:,} payees: planned, approved, sent, and its pain.001",
            of.ours,
            f"COPY of its rows, {of.copied:.1f} s, and ElementTree writing the same XML, {of.bare:.1f} s",
            of.copied + of.bare,
            f"{steps}. The file names accounts that are opened one by one from under the keys of their owners."
            " What statements tell of it is written; they are made when asked for. This COPY checks no foreign key.",
            cpu=f"{of.processor / of.number * 1e3:.2f} ms",
        ),
        _row(
            "the same run",
            of.ours,
            f"COPY of its rows into tables with the same foreign keys, {of.checked:.1f} s, and the same XML",
            of.checked + of.bare,
        ),
        Row(
            "the same, and a signed document for each payee",
            f"{whole:.0f} s",
            against="as in the first of these rows",
            ratio=f"{(of.copied + of.bare) / whole:.2f}",
            remark=f"It takes {of.statement * 1e3:.1f} ms, measured on {min(of.number, SAMPLE)}; all in proportion.",
        ),
    ]


def _row(what: str, ours: float, against: str, yardstick: float, remark: str = "", *, cpu: str = "") -> Row:
    ratio = yardstick / ours
    return Row(what, f"{ours:.1f} s", cpu, against, f"{ratio:.2f}", f">= {GOAL}", ratio >= GOAL, remark)


def _fill(town: Town) -> None:
    """Everybody has something ready, and has named an account long ago."""
    access, programme = town.access, town.programme
    payout_banks.set_debtor(programme, DEBTOR, "Bea", NOW - 9 * DAY)
    absorbed = AccountKey(AccountKind.ABSORBED)
    for start in range(0, len(town.fans), BATCH):
        some = town.fans[start : start + BATCH]
        people = rows.people(access, some)
        batch = [
            Transfer(
                TransferKind.CLAIM, absorbed, AccountKey(AccountKind.AVAILABLE, one),
                town.rng.randrange(1, 9_000) * 10_000, "EUR",
            )
            for one in some
        ]  # fmt: skip
        with access.transaction():
            log_store.append(access, [ledger.post(access, batch, at=NOW - 8 * DAY).leaf()])
            for one in some:
                id_ = named.add(access, one, (Kind.IBAN, "EUR"), NOW - 9 * DAY, NOW - 6 * DAY)
                programme.vault.put(people[one], payees.sealed_kind(id_), ACCOUNT, NOW - 9 * DAY)


def _paid(town: Town, began: float) -> tuple[dict[str, float], bytes]:
    """The run from its plan to its file: seconds of each step, and the file."""
    programme, taken, mark = town.programme, {}, began
    run, _ = payout_runs.plan(programme, "Bea", NOW)
    taken["planned in"], mark = time.perf_counter() - mark, time.perf_counter()
    payout_runs.approve(programme, run, "Otto", NOW)
    taken["approved in"], mark = time.perf_counter() - mark, time.perf_counter()
    payout_runs.send(programme, run, "Bea", NOW)
    taken["sent in"], mark = time.perf_counter() - mark, time.perf_counter()
    raw = payout_banks.file_of(programme, run, Kind.IBAN, Banks(), NOW)
    taken["file in"] = time.perf_counter() - mark
    return taken, raw


def _statement(town: Town) -> float:
    """Seconds that a payee's statement takes after the run, its proofs and seal included."""
    signer = load_or_create(town.ground.home / "keys", log_name("localhost", town.tenant))
    some = town.fans[:: max(1, len(town.fans) // SAMPLE)][:SAMPLE]
    programme = town.programme
    began = time.perf_counter()
    for one in some:
        make_statement(programme, town.tenant, signer, one, NOW)
    return (time.perf_counter() - began) / len(some)


def _copies(twins: Twins, data: dict[str, bytes]) -> Iterator[float]:
    """Seconds of each of some turns: one alone may meet a checkpoint, or not."""
    for _ in range(TURNS):
        yield twins.copy(data)
        twins.emptied()


def _bare(raw: bytes) -> float:
    """Seconds in which ElementTree makes and writes a tree with the same elements and texts."""
    given = [(event, one.tag, one.text) for event, one in ElementTree.iterparse(io.BytesIO(raw), ("start", "end"))]  # noqa: S314  # our own file
    began = time.perf_counter()
    builder = ElementTree.TreeBuilder()
    for event, tag, text in given:
        if event == "start":
            builder.start(tag, {})
        else:
            if text:
                builder.data(text)
            builder.end(tag)
    ElementTree.ElementTree(builder.close()).write(io.BytesIO(), encoding="utf-8", xml_declaration=True)
    return time.perf_counter() - began


TRIALS = [Trial("payouts", run_of_many)]
