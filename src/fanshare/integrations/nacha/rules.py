"""The rules that a NACHA file of credits has to keep: each with its source and what to do. See ``rule_texts``."""

from collections.abc import Iterator
from datetime import date

from fanshare.integrations.bank_rules import Finding, Offence, collect, refuse, rules_of
from fanshare.integrations.nacha import batch_rules, entry_rules
from fanshare.integrations.nacha.document import File
from fanshare.integrations.nacha.rule_texts import TEXTS

RULES = rules_of(TEXTS)


def check(file: File, today: date, *, most: int = 100) -> list[Finding]:
    """The broken rules of a file, in the file's order, at most ``most``. ``today`` is the date in New York."""
    return collect(_offences(file, today), RULES, most)


def refuse_broken(file: File, today: date) -> None:
    """Raise ``BadInputError`` (code ``nacha_`` and the rule) for the first broken rule, telling how many there are."""
    refuse(check(file, today), "nacha")


def _offences(file: File, today: date) -> Iterator[Offence]:
    yield from batch_rules.of_file(file)
    for number, batch in enumerate(file.batches, start=1):
        yield from batch_rules.of_batch(batch, f"batch {number}", file.destination, today)
    yield from entry_rules.of_all(file)
