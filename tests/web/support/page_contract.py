"""What every ``PageStore`` must keep, over memory or PostgreSQL.

An adapter describes one filled installation as a ``ContractCase`` and runs every function of ``CHECKS`` on it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fanshare.core.instants import zone
from fanshare.web.pages_port import PageStore, Role


@dataclass(frozen=True, slots=True)
class ContractCase:
    """A store and what was put into it.

    ``hidden_programmes`` and ``hidden_creators`` (programme slug, creator slug) exist but are not for the public;
    ``paused`` are addresses of links of ``creator`` that are not live; ``tokens`` name a line per role; ``demo``
    says whether the installation is marked as a demonstration.
    """

    store: PageStore
    programme: str
    creator: str
    live: tuple[str, ...]
    paused: tuple[str, ...]
    tokens: dict[Role, str]
    hidden_programmes: tuple[str, ...] = ()
    hidden_creators: tuple[tuple[str, str], ...] = ()
    demo: bool = False


def programmes_are_public_and_ordered_by_name(case: ContractCase) -> None:
    cards = case.store.programmes()
    assert case.programme in {card.slug for card in cards}
    assert not {card.slug for card in cards} & set(case.hidden_programmes)
    assert [card.name for card in cards] == sorted(card.name for card in cards)


def a_creator_shows_her_live_links_and_no_other(case: ContractCase) -> None:
    page = case.store.creator(case.programme, case.creator)
    assert page is not None
    assert (page.slug, page.programme.slug) == (case.creator, case.programme)
    assert tuple(link.href for link in page.links) == case.live
    assert not set(case.live) & set(case.paused)


def a_creator_belongs_to_her_programme_only(case: ContractCase) -> None:
    assert case.store.creator("no-such-programme", case.creator) is None
    assert case.store.creator(case.programme, "no-such-creator") is None
    for programme, creator in case.hidden_creators:
        assert case.store.creator(programme, creator) is None


def examples_are_in_one_currency_and_of_one_order(case: ContractCase) -> None:
    page = case.store.creator(case.programme, case.creator)
    assert page is not None
    splits = [split for split in (page.direct, page.through_fan) if split is not None]
    assert len({(split.currency, split.goods) for split in splits}) <= 1
    assert page.direct is None or (page.direct.shares.fan, page.direct.shares.buyer) == (0, 0)


def terms_hold_every_version_once_the_newest_first(case: ContractCase) -> None:
    page = case.store.terms(case.programme)
    assert page is not None
    numbers = [version.number for version in page.versions]
    assert numbers == sorted(set(numbers), reverse=True)
    assert all(version.sentences and version.hash for version in page.versions)
    assert zone(page.programme.time_zone).key == page.programme.time_zone


def terms_of_a_programme_nobody_sees_are_not_shown(case: ContractCase) -> None:
    assert case.store.terms("no-such-programme") is None
    assert all(case.store.terms(slug) is None for slug in case.hidden_programmes)


def a_token_opens_one_line_of_one_role(case: ContractCase) -> None:
    for role, token in case.tokens.items():
        line = case.store.why(token)
        assert line is not None
        assert line.role == role
        assert line.programme.slug == case.programme
        assert line.sentences


def a_line_names_terms_that_are_published(case: ContractCase) -> None:
    page = case.store.terms(case.programme)
    assert page is not None
    published = {(version.number, version.hash) for version in page.versions}
    for token in case.tokens.values():
        line = case.store.why(token)
        assert line is not None
        assert (line.terms_version, line.terms_hash) in published


def a_held_line_says_why_and_until_when(case: ContractCase) -> None:
    for token in case.tokens.values():
        line = case.store.why(token)
        assert line is not None
        assert (line.bucket == "held") == (line.held_until is not None) == bool(line.hold_reason)


def no_other_token_opens_anything(case: ContractCase) -> None:
    for token in case.tokens.values():
        for near in (
            token[:-1],
            token + "A",
            token.swapcase(),
            "A" * len(token),
            "%" * len(token),
            "_" * len(token),
            "",
        ):
            assert case.store.why(near) is None, near


def only_a_demonstration_reports_how_it_went(case: ContractCase) -> None:
    assert (case.store.demo() is not None) == case.demo


def a_text_that_nobody_wrote_is_none(case: ContractCase) -> None:
    assert case.store.text("imprint", "en") is None
    assert case.store.text("no-such-kind", "de") is None


CHECKS: tuple[Callable[[ContractCase], None], ...] = (
    programmes_are_public_and_ordered_by_name,
    a_creator_shows_her_live_links_and_no_other,
    a_creator_belongs_to_her_programme_only,
    examples_are_in_one_currency_and_of_one_order,
    terms_hold_every_version_once_the_newest_first,
    terms_of_a_programme_nobody_sees_are_not_shown,
    a_token_opens_one_line_of_one_role,
    a_line_names_terms_that_are_published,
    a_held_line_says_why_and_until_when,
    no_other_token_opens_anything,
    only_a_demonstration_reports_how_it_went,
    a_text_that_nobody_wrote_is_none,
)
