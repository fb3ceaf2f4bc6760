"""What banks send, spoiled: read to something that can be reckoned with, or refused with a code, and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.money import MAX_MICROS
from fanshare.integrations import xml_input
from fanshare.integrations.nacha import read_file as ach_reader
from fanshare.integrations.nacha import returns as ach_returns
from fanshare.integrations.nacha import rules as ach_rules
from fanshare.integrations.nacha.write import write as write_ach
from fanshare.integrations.sepa import read_statement, read_status
from fanshare.integrations.sepa.document import VERSIONS
from fanshare.integrations.sepa.read_order import read_order
from fanshare.integrations.sepa.read_statement import read_statements
from fanshare.integrations.sepa.read_status import answers
from fanshare.integrations.sepa.reconcile import reconcile
from fanshare.integrations.sepa.rules import RULES, check
from fanshare.integrations.sepa.write import write
from tests.fuzz.campaign import campaign, shown
from tests.fuzz.faults import forgetful
from tests.fuzz.spoil import noise
from tests.fuzz.spoil_xml import xml_body
from tests.fuzz.usable import refusal
from tests.integrations.nacha import samples as ach
from tests.integrations.sepa import bank
from tests.integrations.sepa.samples import TODAY, order

ORDER = order()
FIRST = ORDER.payments[0].transfers[0]


def judged(raw: bytes) -> str:
    """Whatever is in a payment file, the rules can say something about it, and never more than their sentences."""
    found = check(read_order(raw), TODAY)
    assert all(finding.rule_id in RULES and finding.sentence for finding in found)
    return "broken" if found else "read"


def answered(raw: bytes) -> str:
    found = answers(read_status.read_status(raw), ORDER)
    assert set(found) <= {transfer.end_to_end_id for transfer in ORDER.payments[0].transfers}
    return "read" if found else "nothing in it"


def reconciled(raw: bytes) -> str:
    statements = read_statements(raw)
    found = reconcile(statements, [ORDER])
    booked = [one for several in (found.debits, found.returns) for some in several.values() for one in some]
    assert all(type(one.micros) is int and 0 <= one.micros <= MAX_MICROS for one in booked)
    assert {one.reference for one in booked} <= {"fs-1-cleo", "fs-1-finn"}
    return "read" if booked else "nothing in it"


def ach_judged(raw: bytes) -> str:
    found = ach_rules.check(ach_reader.read_file(raw), ach.TODAY)
    assert all(finding.rule_id in ach_rules.RULES for finding in found)
    return "broken" if found else "read"


def ach_answered(raw: bytes) -> str:
    found = ach_returns.match(ach_returns.read_answers(raw), [SENT])
    assert all(type(one.micros) is int and 0 < one.micros <= MAX_MICROS for one in found.returns.values())
    assert set(found.returns) | set(found.changes) <= {"fs-1-cleo", "fs-1-finn", "fs-1-studio"}
    return "read" if found.returns or found.changes else "nothing in it"


def columns(chance: Random, raw: bytes) -> bytes:
    """An ACH file with columns overwritten, records cut out, doubled or exchanged, or with bytes changed."""
    if chance.random() < 0.2:
        return noise(chance, raw)
    lines = raw.split(b"\n")
    for _ in range(chance.choice((1, 1, 2))):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        line, place = lines[at], chance.randrange(94)
        text = chance.choice([b" ", b"0", b"9", b"-1", b"A", b"1e5", b"00000", b"\xe9", b"99999999999", b"R02", b"C01"])
        lines[at : at + 1] = chance.choice(
            [
                [line[:place] + text + line[place + len(text) :]],
                [line[:place] + text + line[place + len(text) :]],
                [line[:place] + text + line[place:]],
                [],
                [line, line],
                [lines[other]],
                [line + b" "],
            ]
        )
    return b"\n".join(lines)


@dataclass(frozen=True)
class Target:
    """A reader, what it is tried with, and where a fault can be planted to see that it would be found."""

    name: str
    samples: Sequence[bytes]
    read: Callable[[bytes], str]
    weak: tuple[Any, str]
    spoil: Callable[[Random, bytes], bytes] = xml_body
    refusals: frozenset[str] = frozenset({"xml_document_type", "xml_encoding", "xml_too_deep"})

    def case(self, chance: Random) -> str:
        given = self.spoil(chance, chance.choice(self.samples))
        try:
            return self.outcome(given)
        except Exception as error:
            error.add_note(f"{self.name} was given {shown(given)}")
            raise

    def outcome(self, raw: bytes) -> str:
        try:
            return self.read(raw)
        except BadInputError as error:
            return refusal(error)


SENT = ach.file()
ANSWERS = [("fs-1-cleo", "R02"), ("fs-1-finn", "C03"), ("fs-1-studio", "R03")]
ACH = frozenset({"ach_characters", "ach_length", "ach_order"})
ENTRIES = [bank.booked_file(ORDER), bank.returned(FIRST), bank.Booked("1416.37", batch=("fs-run-1", ""))]
EACH = [("fs-1-cleo", "RJCT", "AC01"), ("fs-1-finn", "ACSC", "")]
BALANCES = ("2000.00", "0.00")
TARGETS = [
    Target("pain.001", [write(order(version)) for version in VERSIONS], judged, (xml_input, "_require_utf8")),
    Target(
        "pain.002",
        [bank.status_report(ORDER, version=version, group="PART", each=EACH) for version in bank.STATUS_VERSIONS],
        answered,
        (xml_input, "_require_utf8"),
    ),
    Target(
        "camt.053",
        [bank.statement(ENTRIES, version=version, balances=BALANCES) for version in bank.STATEMENT_VERSIONS],
        reconciled,
        (read_statement, "read_amount"),
    ),
    Target("ach", [write_ach(SENT)], ach_judged, (ach_reader, "_lines"), columns, ACH),
    Target(
        "ach returns",
        [ach.answered(SENT, ANSWERS)],
        ach_answered,
        (ach_returns, "_require_sums"),
        columns,
        ACH | {"ach_sums", "ach_answer"},
    ),
]
each_target = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)


@each_target
def test_what_these_files_are_made_from_is_read(target: Target) -> None:
    assert {target.outcome(raw) for raw in target.samples} == {"read"}


@pytest.mark.soak_sized
@each_target
def test_a_spoiled_file_is_read_or_refused_and_nothing_else(target: Target) -> None:
    outcomes = campaign(target.case)
    assert outcomes["read"] > 50
    refused = {outcome for outcome in outcomes if outcome.startswith("refused")}
    assert refused >= {f"refused: {code}" for code in target.refusals}, outcomes


@each_target
def test_a_reader_that_forgets_a_check_is_found(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name = target.weak
    monkeypatch.setattr(module, name, forgetful(getattr(module, name)))
    with pytest.raises(KeyError, match="planted"):
        campaign(target.case, 2_000)


@each_target
def test_bytes_that_are_nothing_at_all_are_refused(target: Target) -> None:
    chance = Random(f"nothing {target.name}")
    for _ in range(200):
        assert target.outcome(chance.randbytes(chance.randrange(80))).startswith("refused")
