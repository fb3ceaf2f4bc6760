"""Writes docs/rules.md: how often the rules of the workbench find what a person found (make rules)."""

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fanshare.core.workbench.clauses import check  # noqa: E402
from fanshare.core.workbench.disclosure import Verdict, judge  # noqa: E402
from fanshare.flows import clauses  # noqa: E402
from tests.support import labelled  # noqa: E402
from tests.support.labelled import Passage, Score  # noqa: E402

PAGE = ROOT / "docs" / "rules.md"
_HEAD = """# How well the rules read

`make rules` writes this page: it reads labelled passages by the rules of the workbench and counts. *Precision*: of what
the rules found, how much a person found too. *Recall*: of what a person found, how much the rules found. *Judged
alike*: of what both found, how often with the same judgement. A test keeps the page as it is.

The passages were made up for this project, by the same hands as the rules. With those called *tuned* in view the rules
were written and changed; so they say little. Those called *unseen* were written afterwards, half as contracts are
written and half as people write mails, and no rule is changed because of them. Texts of others will be harder still.
"""
_CLAUSES = """
## Clause checker

{count} passages ({german} German) in `tests/core/data/clauses.txt`, of which {hard} only look like a clause; the rules
and their sources are in `src/fanshare/core/data/clauses.toml`.
"""
_POINTED = """
A passage that no rule takes is pointed at where it holds a word such as rights or pay ("read these yourself"): of what
the rules missed in unseen passages, {pointed} of {missed} were pointed at, and so were {noise} of {hard} that only look
like a clause.
"""
_LABELS = """
## Advertising labels

{count} drafts of posts ({german} German) in `tests/core/data/disclosures.txt`, each with its country, its platform and
what is got for it; the words that are enough and their sources are in `src/fanshare/core/data/disclosure.toml`. A draft
has one verdict, so what is missed for one is found wrongly for another.
"""
_TABLE = """| about | found rightly | wrongly | missed | precision | recall | judged alike |
|---|--:|--:|--:|--:|--:|--:|
"""


def found(passage: Passage) -> dict[str, str]:
    """What the clause checker says about a passage."""
    checked = check(passage.text, clauses.rules())
    return {answer.topic.id: answer.level.word for answer in checked.answers if answer.level}


def table(scores: dict[str, Score], order: Iterable[str]) -> str:
    """One row for each topic, and one for all."""
    rows = [(one, scores[one]) for one in order if one in scores]
    rows.append(("**all**", labelled.total(scores.values())))
    return _TABLE + "".join(
        f"| {name} | {one.right} | {one.wrong} | {one.missed} | {one.precision:.0%} | {one.recall:.0%} "
        f"| {one.exact / max(1, one.right):.0%} |\n"
        for name, one in rows
    )


def of_clauses() -> str:
    """What there is to say about the clause checker."""
    known = list(labelled.passages("clauses.txt"))
    hard = [one for one in known if not one.labels]
    text = _CLAUSES.format(count=len(known), german=sum(one.language == "de" for one in known), hard=len(hard))
    order = [topic.id for topic in clauses.rules().topics]
    for part in ("unseen", "tuned"):
        text += f"\n**{part.capitalize()}**\n\n"
        text += table(labelled.scored((one for one in known if one.part == part), found), order)
    unseen = [one for one in known if one.part == "unseen"]
    missed = [one for one in unseen if one.labels.keys() - found(one).keys()]
    noise = [one for one in unseen if not one.labels]
    pointed = sum(bool(check(one.text, clauses.rules()).unread) for one in missed)
    seen = sum(bool(check(one.text, clauses.rules()).unread) for one in noise)
    return text + _POINTED.format(pointed=pointed, missed=len(missed), noise=seen, hard=len(noise))


def verdict(passage: Passage) -> dict[str, str]:
    """What is said about the label of a draft."""
    rules = clauses.disclosures()
    country, platform, relation = passage.about[0].split()
    said = judge(passage.text, rules.countries[country], rules.platforms[platform], relation)
    return {said.verdict.value: ""}


def of_labels() -> str:
    """What there is to say about drafts of posts."""
    known = list(labelled.passages("disclosures.txt", 1))
    text = _LABELS.format(count=len(known), german=sum(one.language == "de" for one in known))
    for part in ("unseen", "tuned"):
        scores = labelled.scored((one for one in known if one.part == part), verdict)
        text += f"\n**{part.capitalize()}**\n\n" + table(scores, Verdict)
    return text


def page() -> str:
    """The whole page."""
    return _HEAD + of_clauses() + of_labels()


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
