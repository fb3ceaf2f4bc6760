"""Before she signs: what a contract, brief or e-mail says, and the fee below which a deal costs her money.

Both pages work with the books locked, or without any. Nothing that is typed or sent here is kept: it is read, answered,
and forgotten with the answer.
"""

from dataclasses import dataclass
from typing import Any

from fanshare.core.currencies import EXPONENTS
from fanshare.core.errors import BadInputError
from fanshare.core.money import BASIS, MICROS, Micros
from fanshare.core.workbench import typed as reading
from fanshare.core.workbench.clause_rules import Level, Said, Topic
from fanshare.core.workbench.clauses import Checked, check
from fanshare.core.workbench.entries import Never
from fanshare.core.workbench.floor_fee import Floor, Wanted, floor_fee
from fanshare.core.workbench.passages import MOST
from fanshare.core.workbench.trust import against
from fanshare.flows import clauses, papers
from fanshare.web.language import spoken
from fanshare.web.said import plain
from fanshare.web.workbench import words
from fanshare.web.workbench.bench import Bench, benched, page, typed

_HOUR = 60
_FIELDS = ("least", "most", "wage", "costs", "away", "currency", "whitelisting", "exclusivity", "lost")
_USUAL = {
    "least": "6",
    "most": "10",
    "wage": "",
    "costs": "",
    "away": "30",
    "whitelisting": "0",
    "exclusivity": "0",
    "lost": "",
}


@dataclass(frozen=True, slots=True)
class Hourly:
    """What a fee makes of an hour, at least and at most, and whether that reaches what she wishes."""

    fee: Micros
    currency: str
    least: Micros
    most: Micros
    enough: bool | None


@benched(form=True)
def contract(bench: Bench) -> Any:
    """Paste or send a contract, a brief or an e-mail, and read what it says about her time, money and face."""
    if bench.request.method != "POST":
        return _contract(bench, dict.fromkeys(("text", "fee", "wish"), ""))
    values = {name: str(bench.request.POST.get(name, ""))[:MOST] for name in ("text", "fee", "wish")}
    try:
        sent = bench.request.FILES.get("paper")
        if sent is not None:
            values["text"] = papers.text_of(sent.read(papers.MOST_BYTES + 1))[:MOST]
        elif not values["text"].strip():
            raise BadInputError("paper_missing", "Paste a text or choose a file first.")
        checked = check(values["text"], clauses.rules())
        hourly = _hourly(bench, checked, values)
    except BadInputError as error:
        return _contract(bench, values, problem=plain(error), status=422)
    return _contract(bench, values, checked=checked, hourly=hourly)


@benched(form=True)
def floor(bench: Bench) -> Any:
    """The fee below which a deal costs her money: a range, with its parts and who names them."""
    values = {**_USUAL, "currency": _currency(bench)}
    values |= {name: str(bench.request.POST[name])[:20] for name in _FIELDS if name in bench.request.POST}
    ticked = {name for name in ("ads", "everywhere") if bench.request.POST.get(name) == "1"}
    found: Floor | None = None
    problem = ""
    if bench.request.method == "POST" and typed(bench, "do") == "count":
        try:
            found = floor_fee(_wanted(values, ticked), clauses.rules().extras, _known(values["currency"]))
        except BadInputError as error:
            problem = plain(error)
    context = {
        "values": values,
        "ticked": ticked,
        "found": found,
        "problem": problem,
        "currencies": sorted(EXPONENTS),
        "parts": words.extras(),
        "pieces": words.pieces(),
        "prices": clauses.rules().prices,
        "extras": clauses.rules().extras,
    }
    return page(bench, "workbench/floor.html", context, status=422 if problem else 200)


def _contract(
    bench: Bench,
    values: dict[str, str],
    *,
    checked: Checked | None = None,
    hourly: Hourly | None = None,
    problem: str = "",
    status: int = 200,
) -> Any:
    context = {
        "values": values,
        "checked": checked,
        "hourly": hourly,
        "problem": problem,
        "said": _said,
        "counter": "" if checked is None else checked.language,
        "levels": {Level.USUAL: "ready", Level.ASK: "waiting", Level.STOP: "checked"},
        "called": words.levels(),
        "pieces": words.pieces(),
        "hours": words.hours,
        "pages": checked is not None and "\f" in values["text"],
        "nevers": [] if checked is None or not bench.key else against(values["text"], bench.shelf().of(Never)),
    }
    return page(bench, "workbench/contract.html", context, status=status)


def _said(topic: Topic, language: str = "") -> Said:
    """What a topic says in the language of the page, or of the text that was read."""
    return topic.said.get(language or spoken(), topic.said["en"])


def _hourly(bench: Bench, checked: Checked, values: dict[str, str]) -> Hourly | None:
    """What an hour would bring by the fee she typed, else by the one that was found. Raises ``BadInputError``."""
    named = checked.volume.fee
    fee = reading.amount(values["fee"]) or (0 if named is None else named.micros)
    wish = reading.amount(values["wish"])
    spread = checked.volume.an_hour(fee)
    if not fee or spread is None:
        return None
    least, most = spread
    currency = _currency(bench) if named is None else named.currency
    return Hourly(fee, currency, least, most, None if not wish else least >= wish)


def _wanted(values: dict[str, str], ticked: set[str]) -> Wanted:
    return Wanted(
        _minutes(values["least"]),
        _minutes(values["most"]),
        reading.amount(values["wage"]),
        reading.amount(values["costs"]),
        reading.number(values["away"], 0, 99) * BASIS // 100,
        "ads" in ticked,
        "everywhere" in ticked,
        reading.number(values["whitelisting"], 0, 12),
        reading.number(values["exclusivity"], 0, 3_650),
        reading.amount(values.get("lost", "")),
    )


def _minutes(text: str) -> int:
    """Hours such as ``12`` or ``7.5`` as minutes. Raises ``BadInputError`` (``bad_hours``)."""
    found = reading.amount_or_none(text)
    if not found or found > 2_000 * MICROS:
        raise BadInputError("bad_hours", "Write hours such as 12 or 7.5.")
    return -(-found * _HOUR // MICROS)


def _currency(bench: Bench) -> str:
    return bench.shelf().settings.currency if bench.key else bench.usual.currency


def _known(currency: str) -> str:
    return reading.one_of(currency, EXPONENTS)
