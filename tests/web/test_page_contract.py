"""The store in memory keeps the contract, and the contract notices stores that do not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fanshare.web.pages_port import WhyLine
from tests.web.support import page_contract as contract
from tests.web.support import sample
from tests.web.support.memory import MemoryPageStore
from tests.web.support.page_contract import CHECKS, ContractCase


def case(store: MemoryPageStore | None = None) -> ContractCase:
    return ContractCase(
        store=store or sample.store(),
        programme="bea",
        creator="cleo",
        live=tuple(link.href for link in sample.CLEO.links),
        paused=("/r/cleo-paused",),
        tokens={"fan": "fan-line-token-000000001", "creator": "creator-line-token-00002"},
        demo=True,
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_store_in_memory_keeps_the_contract(check: Callable[[ContractCase], None]) -> None:
    check(case())


class Careless(MemoryPageStore):
    """Finds a line by the beginning of its token, whatever its case."""

    def why(self, token: str) -> WhyLine | None:
        return next((line for key, line in self.lines.items() if key.startswith(token.lower()[:23])), None)


def test_the_contract_notices_a_token_that_is_not_compared_whole() -> None:
    sound = sample.store()
    careless = Careless(sound.cards, sound.creators, sound.terms_pages, sound.lines, sound.report)
    with pytest.raises(AssertionError):
        contract.no_other_token_opens_anything(case(careless))


def test_the_contract_notices_a_link_too_many_and_a_version_nobody_published() -> None:
    store = sample.store()
    shown = replace(sample.CLEO, links=(*sample.CLEO.links, replace(sample.CLEO.links[0], href="/r/cleo-paused")))
    with pytest.raises(AssertionError):
        contract.a_creator_shows_her_live_links_and_no_other(case(replace(store, creators={("bea", "cleo"): shown})))
    line = replace(sample.FAN_LINE, terms_version=9)
    with pytest.raises(AssertionError):
        contract.a_line_names_terms_that_are_published(case(replace(store, lines=dict.fromkeys(store.lines, line))))
