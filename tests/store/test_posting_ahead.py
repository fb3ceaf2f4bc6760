"""A batch that is posted while its caller does something else."""

import pytest

from fanshare.core.errors import ConflictError
from fanshare.core.ledger import AccountKey, AccountKind, Balance, Transfer, TransferKind
from fanshare.store import books, ledger
from fanshare.store.access import Access, connect
from fanshare.store.server import Database
from tests.store.test_ledger import balance, bare, claimed
from tests.support.schema import NOW, Cast

AVAILABLE, IN_TRANSIT = AccountKind.AVAILABLE, AccountKind.IN_TRANSIT


def of(party: int, kind: AccountKind = AVAILABLE) -> Balance:
    return Balance(AccountKey(kind, party), "EUR")


def test_what_the_caller_does_meanwhile_is_written_before_the_transfers(cast: Cast) -> None:
    access, party = cast.access, cast.party()
    with access.transaction(), access.ahead():
        posted = ledger.posting(access, [claimed(of(party), 5)], at=NOW)
        assert access.value("SELECT count(*) FROM transfer WHERE programme_id = %(programme_id)s") == 0
        posting = posted()
    assert posting.transfers == 1
    assert list(books.transfers(access, party=party)) == [claimed(of(party), 5)]
    assert balance(access, AVAILABLE, party) == 5


def test_an_account_that_somebody_else_makes_after_it_was_looked_for_is_moved_as_well(
    shared_database: Database, cast: Cast
) -> None:
    parties = [cast.party(), cast.party()]
    here, there = map(of, parties)
    with connect(shared_database.dsn()) as conn, cast.access.transaction():
        known = ledger.known_accounts(cast.access, [AVAILABLE], parties)
        assert known.found() == {}
        ledger.post(Access(conn, cast.access.programme_id, "else"), [claimed(there, 7)], at=NOW)
        posting = ledger.posting(cast.access, [claimed(here, 5), claimed(there, 5)], at=NOW, known=known)()
    assert posting.transfers == 2
    assert [balance(cast.access, AVAILABLE, party) for party in parties] == [5, 12]
    assert books.wrong_balances(cast.access) == []


def test_accounts_that_nobody_asked_for_before_are_looked_for(cast: Cast) -> None:
    access, asked, other = cast.access, cast.party(), cast.party()
    batch = [claimed(of(asked), 1), claimed(of(other), 2), claimed(of(asked, IN_TRANSIT), 3), bare(4)]
    for _ in range(2):  # new accounts, and then accounts that are there
        with access.transaction():
            known = ledger.known_accounts(access, [AVAILABLE], [asked])
            ledger.posting(access, batch, at=NOW, known=known)()
    assert [balance(access, AVAILABLE, party) for party in (asked, other)] == [2, 4]
    assert balance(access, IN_TRANSIT, asked) == 6
    assert books.wrong_balances(access) == []


def test_what_can_not_be_taken_is_said_in_plain_words_also_by_what_comes_after(cast: Cast) -> None:
    access, party = cast.access, cast.party()
    taken = Transfer(TransferKind.CLAIM, AccountKey(IN_TRANSIT, party), AccountKey(AVAILABLE, party), 5, "EUR")

    def take() -> None:
        with access.transaction(), access.ahead():
            ledger.posting(access, [taken], at=NOW)()
            access.fetch("SELECT id FROM account WHERE programme_id = %(programme_id)s")

    with pytest.raises(ConflictError, match="in transit"):
        take()
    assert not any(books.balances(access).values())
