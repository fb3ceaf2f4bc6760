"""Tremendous as a rail: each payment is an order of one reward, sent by e-mail (developers.tremendous.com).

The payment's key is the order's ``external_id``: Tremendous answers a repeat with the order that there is, and finds an
order by it. A reward is arrived when its mail was delivered; what whoever gets it chooses there is not ours to know.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.found_payments import Outside
from fanshare.core.instants import Instant
from fanshare.core.money import MAX_MICROS, Micros, format_minor, parse_amount
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import Answer, Frozen, Said
from fanshare.core.rails import FACTS, Order, step
from fanshare.integrations.rail_http import USUAL, Caller, Limits, Told, named

URLS = {"live": "https://api.tremendous.com", "sandbox": "https://testflight.tremendous.com"}
_ORDERS, _SOURCES = "/api/v2/orders", "/api/v2/funding_sources"
_KEY = re.compile(r"[A-Za-z0-9_.-]{16,200}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9]{4,40}", re.ASCII)
#: Of 10 to 100 orders each.
MOST_PAGES = 10_000
_JSON = {"content-type": "application/json"}
_AMOUNT = "@"
_UNREADABLE = "Tremendous' answer can't be read."
REFUSED = "Tremendous refused this payment."
FAILED = "Tremendous could not carry out this payment; the brand's balance there may not have sufficed."
BACK = "The brand took this reward back at Tremendous."


def freeze(secret: Mapping[str, str], order: Order) -> Frozen:
    """What goes out for one payment. Raises ``BadInputError`` ``bad_amount`` where Tremendous has no such amount."""
    if order.amount <= 0 or order.amount % step(Kind.TREMENDOUS, order.currency):
        raise BadInputError("bad_amount", "Tremendous can't move this amount exactly.")
    reward = {
        "campaign_id": secret["campaign"],
        "value": {"denomination": _AMOUNT, "currency_code": order.currency},
        "delivery": {"method": "EMAIL"},
        "recipient": {"name": order.account.holder, "email": order.account.number},
    }
    body = {"external_id": order.key, "payment": {"funding_source_id": secret["source"]}, "reward": reward}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    # A number of JSON, and never a float of ours.
    number = f'"denomination":{format_minor(order.amount, order.currency)}'
    return Frozen(order.key, text.replace(f'"denomination":"{_AMOUNT}"', number, 1).encode())


def read_secret(typed: Mapping[str, str]) -> Mapping[str, str]:
    """What was typed. Raises ``BadInputError`` ``bad_rail_key``."""
    found = {name: typed.get(name, "").strip() for name in ("key", "campaign", "source", "place")}
    found["source"] = found["source"] or "balance"
    if _KEY.fullmatch(found["key"]) is None:
        raise BadInputError("bad_rail_key", "Tremendous gives an API key under Team settings; copy all of it.")
    if _NAME.fullmatch(found["campaign"]) is None or _NAME.fullmatch(found["source"]) is None:
        raise BadInputError("bad_rail_key", "A campaign and a funding source have an id of letters and figures.")
    if found["place"] not in URLS:
        raise BadInputError("bad_rail_key", "Say whether this is a key of Tremendous' live site or of its sandbox.")
    return found


def opened(secret: Mapping[str, str], url: str, now: Callable[[], Instant], limits: Limits) -> "TremendousRail":
    """A driver, by the brand's secret; an empty ``url`` is Tremendous' own."""
    return TremendousRail(secret, url or URLS[secret["place"]], now, limits)


class TremendousRail:
    """Orders of one team at Tremendous. Not for several threads at once. Close it, or use it as a context."""

    name = "tremendous"
    window = FACTS[Kind.TREMENDOUS].window
    finds = True

    def __init__(self, secret: Mapping[str, str], url: str, now: Callable[[], Instant], limits: Limits = USUAL) -> None:
        """``secret`` as ``read_secret`` gives it."""
        self._caller = Caller("Tremendous", url, {"authorization": f"Bearer {secret['key']}"}, limits)
        self._source, self._now = secret["source"], now

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()

    def check(self) -> str:
        """Look for the funding source; its id is the account. Raises ``FanshareError`` ``rail_refused``."""
        told = self._caller.call("GET", _SOURCES)
        if told.status != 200:
            raise FanshareError("rail_refused", told.trouble or "Tremendous refused a look at funding sources.", 409)
        for one in _listed(told, "funding_sources"):
            if self._source in (one.get("id"), one.get("method")) and isinstance(one.get("id"), str):
                return str(one["id"])
        raise FanshareError("rail_refused", "Tremendous knows no such funding source.", 409)

    def submit(self, frozen: Frozen) -> Answer:
        """Order the reward; where there is an order of this key already, Tremendous answers with that one.

        A refusal counts only while there is no order of this key: what refuses a repeat says nothing of the first.
        """
        told = self._caller.call("POST", _ORDERS, headers=_JSON, body=frozen.body)
        if told.status in (200, 201):
            order = told.document.get("order")
            answer = self._read([order] if isinstance(order, dict) else [], frozen.key)
            return answer if answer.said is not Said.ARRIVED else _taken(answer)
        if told.status not in (400, 402, 422) or "errors" not in told.document:
            return self._silent(told.trouble or _UNREADABLE)
        found = self.ask(frozen.key)
        return Answer(Said.REFUSED, self._now(), reason=REFUSED) if found.said is Said.NOT_FOUND else found

    def ask(self, key: str, remote: str = "") -> Answer:  # noqa: ARG002 - the key finds it, also where no answer came
        """What became of the orders of a key: several are said with what is gone in all."""
        if not key:
            return self._silent("A payment without a key can't be found.")
        told = self._caller.call("GET", _ORDERS, query=[("external_id", key), ("limit", "100")])
        if told.status != 200 or not isinstance(told.document.get("orders"), list):
            return self._silent(told.trouble or _UNREADABLE)
        found = [one for one in _listed(told, "orders") if one.get("external_id") == key]
        return self._read(found, key) if found else Answer(Said.NOT_FOUND, self._now())

    def made_since(self, since: Instant) -> list[Outside] | None:  # noqa: ARG002 - older ones are known by their keys
        """All orders that were not called off, page by page until one is empty, whatever its size there.

        Raises ``FanshareError`` ``rail_silent``.
        """
        found: list[Outside] = []
        seen = 0
        for _ in range(MOST_PAGES):
            told = self._caller.call("GET", _ORDERS, query=[("limit", "100"), ("offset", str(seen))])
            if told.status != 200 or not isinstance(told.document.get("orders"), list):
                break
            listed = _listed(told, "orders")
            try:
                found += [_outside(one) for one in listed if one["status"] not in ("CANCELED", "FAILED")]
            except (BadInputError, KeyError, TypeError, AttributeError, IndexError):
                break
            seen += len(listed)
            if not listed:
                return found
        raise FanshareError("rail_silent", "Tremendous did not tell all of its orders; ask again later.", 409)

    def _read(self, orders: Sequence[dict[str, Any]], key: str) -> Answer:
        try:
            return _answer(orders, key, self._now())
        except (BadInputError, KeyError, TypeError, AttributeError, IndexError):
            return self._silent(_UNREADABLE)

    def _silent(self, trouble: str) -> Answer:
        return Answer(Said.SILENT, self._now(), trouble=trouble)


def _outside(one: dict[str, Any]) -> Outside:
    """An order as it stands now. Raises what reading raises for what is none."""
    amount, currency = _sum([one])
    to = one["rewards"][0].get("recipient", {}).get("email", "")
    return Outside(named(one["id"]), str(one.get("external_id") or ""), str(to), amount, currency)


def _taken(answer: Answer) -> Answer:
    """What was ordered a moment ago is on its way, however fast the mail was."""
    return Answer(Said.ACCEPTED, answer.at, answer.amount, answer.currency, answer.remote)


def _listed(told: Told, name: str) -> list[dict[str, Any]]:
    found = told.document.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _answer(orders: Sequence[dict[str, Any]], key: str, now: Instant) -> Answer:
    """Orders of one key as one answer. Raises ``BadInputError`` and what reading raises for what are none of ours."""
    living = [one for one in orders if one["status"] not in ("CANCELED", "FAILED")]
    first = named((living or [*orders])[-1]["id"])
    if any(one["external_id"] != key for one in orders):
        raise BadInputError("other_order", "This is another order.")
    if not living:
        back = [one for one in orders if one["status"] == "CANCELED"]
        if not back:
            return Answer(Said.REFUSED, now, remote=first, reason=FAILED)
        return Answer(Said.CAME_BACK, now, *_sum(back[:1]), first, BACK)
    delivered = all(
        one["status"] == "EXECUTED" and all(each["delivery"]["status"] == "SUCCEEDED" for each in one["rewards"])
        for one in living
    )
    return Answer(Said.ARRIVED if delivered else Said.ACCEPTED, now, *_sum(living), first)


def _sum(orders: Sequence[dict[str, Any]]) -> tuple[Micros, str]:
    values = [each["value"] for one in orders for each in one["rewards"]]
    amount: Micros = sum(parse_amount(one["denomination"]) for one in values)
    if not 0 <= amount <= MAX_MICROS:
        raise BadInputError("bad_amount", "An amount must be a decimal number written in digits.")
    return amount, "/".join(sorted({str(one["currency_code"]) for one in values}))
