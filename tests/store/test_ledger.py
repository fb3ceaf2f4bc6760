"""The ledger in PostgreSQL: batches are whole, balances follow, keys answer once, what must not be is refused."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import errors

from fanshare.core import ledger as core
from fanshare.core import log
from fanshare.core.canonical import canonical
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.ledger import (
    OWED,
    AccountKey,
    AccountKind,
    Balance,
    Placed,
    PositionKey,
    Transfer,
    TransferKind,
    differences,
    fold,
)
from fanshare.core.money import MAX_MICROS
from fanshare.store import books, ledger, log_store
from fanshare.store.access import Access, Connection, connect, retry
from fanshare.store.idempotency import once
from fanshare.store.server import Database
from tests.edge.running import KEYS
from tests.support.schema import NOW, Cast, found

PENDING, AVAILABLE, HELD = AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.HELD


def share(cast: Cast, placed: Placed, party: int | None = None) -> tuple[PositionKey, list[Transfer]]:
    """A new position of a creator of the programme, and the transfers that make it."""
    creator = cast.party()
    key = PositionKey(cast.order(), creator, party or creator, "creator")
    return key, differences({}, {key: placed})


def balance(access: Access, kind: AccountKind, party: int | None = None, currency: str = "EUR") -> int:
    return books.balances(access).get(Balance(AccountKey(kind, party), currency), 0)


def bare(amount: int, currency: str = "EUR") -> Transfer:
    """A transfer that concerns no order."""
    return Transfer(TransferKind.ABSORB, OWED, AccountKey(AccountKind.FEE), amount, currency)


def ids_of(access: Access, keys: list[Balance]) -> dict[Balance, int]:
    rows = access.fetch("SELECT kind, party_id, currency, id FROM account WHERE programme_id = %(programme_id)s")
    found = {Balance(AccountKey(AccountKind(kind), party), currency): id_ for kind, party, currency, id_ in rows}
    return {key: found[key] for key in keys}


def claimed(key: Balance, amount: int) -> Transfer:
    """What the brand makes good."""
    return Transfer(TransferKind.CLAIM, AccountKey(AccountKind.ABSORBED), key.account, amount, key.currency)


def test_a_batch_moves_balances_and_is_read_back_as_it_was_posted(cast: Cast) -> None:
    key, batch = share(cast, Placed(PENDING, 7_080_000, "EUR"))
    posting = ledger.post(cast.access, [*batch, bare(3)], at=NOW)
    assert posting.transfers == 2
    assert posting.number > 0
    assert len(posting.root) == 64
    assert list(books.transfers(cast.access)) == [*batch, bare(3)]
    assert balance(cast.access, PENDING, key.party) == 7_080_000
    assert balance(cast.access, AccountKind.OWED) == -7_080_003
    assert books.wrong_balances(cast.access) == []


def test_a_fee_names_the_part_of_an_order_that_it_is_for(cast: Cast) -> None:
    with pytest.raises(BadInputError) as caught:
        replace(bare(3), kind=TransferKind.FEE)
    assert caught.value.code == "no_part"
    unchecked = bare(3)
    object.__setattr__(unchecked, "kind", TransferKind.FEE)
    with pytest.raises(errors.CheckViolation, match="fee_names_its_part"):
        ledger.post(cast.access, [unchecked], at=NOW)


def test_an_empty_batch_is_no_work(cast: Cast) -> None:
    assert ledger.post(cast.access, [], at=NOW) == (0, 0, "")


def test_transfers_are_found_by_order_and_by_party(cast: Cast) -> None:
    finn = cast.party("fan")
    key, first = share(cast, Placed(AVAILABLE, 5, "EUR"), finn)
    other, second = share(cast, Placed(PENDING, 6, "EUR"))
    ledger.post(cast.access, [*first, *second], at=NOW)
    assert list(books.transfers(cast.access, order=key.order)) == first
    assert list(books.transfers(cast.access, party=other.party)) == second
    assert books.balances(cast.access, finn) == {Balance(AccountKey(AVAILABLE, finn), "EUR"): 5}


def test_a_batch_is_fixed_in_the_log_by_its_root(cast: Cast) -> None:
    posting = ledger.post_logged(cast.access, [bare(3), bare(4)], at=NOW)
    digests = [ledger.transfer_digest(bare(amount), NOW) for amount in (3, 4)]
    assert posting.root == log.tree_root(digests).hex()
    assert log_store.bodies(cast.access, [0]) == {0: canonical(posting.leaf()).decode()}
    assert ledger.post_logged(cast.access, [], at=NOW).transfers == 0
    assert log_store.tree(cast.access).frontier.size == 1


@given(
    st.builds(
        Transfer,
        st.sampled_from(sorted(set(TransferKind) - {TransferKind.SETTLE, TransferKind.FEE, TransferKind.GIFT})),
        st.builds(AccountKey, st.just(PENDING), st.integers(1, 2**53 - 1)),
        st.just(OWED),
        st.integers(1, MAX_MICROS),
        st.sampled_from(["EUR", "JPY"]),
        *[st.none() | st.integers(1, 2**53 - 1)] * 3,
        st.sampled_from([None, "creator", "fan", "a role", 'a "role"', "rôle", ""]),
        st.none() | st.integers(1, 2**53 - 1),
    )
    # A fee names what it is for.
    | st.integers(1, 2**53 - 1).map(lambda n: Transfer(TransferKind.FEE, AccountKey(PENDING, n), OWED, n, "EUR", n, n)),
    st.integers(0, 2**60),
)
def test_a_digest_is_over_the_canonical_document(transfer: Transfer, at: int) -> None:
    written = canonical([ledger._document(transfer), str(at)])
    assert ledger.transfer_digest(transfer, at) == hashlib.sha256(written).digest()


def test_another_programme_sees_nothing_of_it(conn: Connection, cast: Cast) -> None:
    ledger.post(cast.access, [bare(3)], at=NOW)
    other = found(conn).access
    assert books.balances(other) == {}
    assert list(books.transfers(other)) == []


OVERDRAWN: list[tuple[AccountKind, Callable[[int, int], Transfer]]] = [
    (AccountKind.IN_TRANSIT, lambda party, payout: core.paid(party, 6, "EUR", payout)),
    (AccountKind.IN_TRANSIT, lambda party, payout: core.returned(party, 6, "EUR", payout)),
    (AccountKind.PAID, lambda party, payout: core.returned(party, 6, "EUR", payout, arrived=True)),
    (PENDING, lambda party, _: core.leave_unclaimed(party, PENDING, 6, "EUR")),
    (HELD, lambda party, _: core.leave_unclaimed(party, HELD, 6, "EUR")),
    (AccountKind.UNCLAIMED, lambda party, _: core.claim(party, 6, "EUR")),
    (AccountKind.FEE, lambda _, __: Transfer(TransferKind.ABSORB, AccountKey(AccountKind.FEE), OWED, 6, "EUR")),
]


@pytest.mark.parametrize(("kind", "make"), OVERDRAWN, ids=[str(kind) for kind, _ in OVERDRAWN])
def test_more_than_there_is_is_refused_and_nothing_is_left(
    cast: Cast, kind: AccountKind, make: Callable[[int, int], Transfer]
) -> None:
    party = cast.party("fan")
    transfer = make(party, cast.payout(party, 6))
    with pytest.raises(ConflictError) as caught:
        ledger.post(cast.access, [bare(1), transfer], at=NOW)
    assert (caught.value.code, caught.value.status) == ("overdrawn", 409)
    assert not any(books.balances(cast.access).values())
    assert list(books.transfers(cast.access)) == []


def test_the_refusal_is_the_constraints_work(owner: Connection, cast: Cast) -> None:
    party = cast.party("fan")
    with owner.transaction(force_rollback=True):
        owner.execute("ALTER TABLE account DROP CONSTRAINT unclaimed_not_negative")
        unguarded = Access(owner, cast.access.programme_id, "test")
        ledger.post(unguarded, [core.claim(party, 6, "EUR")], at=NOW)
        assert balance(unguarded, AccountKind.UNCLAIMED) == -6


def test_what_is_ready_may_fall_below_zero_after_a_payout(cast: Cast) -> None:
    key, batch = share(cast, Placed(AVAILABLE, 5, "EUR"))
    assert key.party is not None
    ledger.post(cast.access, [*batch, core.pay_out(key.party, 5, "EUR", cast.payout(key.party, 5))], at=NOW)
    ledger.post(cast.access, differences({key: Placed(AVAILABLE, 5, "EUR")}, {}), at=NOW)
    assert balance(cast.access, AVAILABLE, key.party) == -5
    assert balance(cast.access, AccountKind.IN_TRANSIT, key.party) == 5


def test_only_the_end_of_a_batch_counts_not_the_way_there(cast: Cast) -> None:
    key, batch = share(cast, Placed(PENDING, 5, "EUR"))
    back = differences({key: Placed(PENDING, 5, "EUR")}, {key: Placed(AVAILABLE, 5, "EUR")})
    ledger.post(cast.access, [*back, *batch], at=NOW)
    assert balance(cast.access, AVAILABLE, key.party) == 5


def test_balances_beyond_what_can_be_booked_are_refused(cast: Cast) -> None:
    ledger.post(cast.access, [bare(MAX_MICROS)], at=NOW)
    with pytest.raises(FanshareError) as caught:
        ledger.post(cast.access, [bare(1)], at=NOW)
    assert caught.value.code == "balance_out_of_range"
    with pytest.raises(FanshareError) as caught:
        ledger.post(cast.access, [bare(MAX_MICROS, "JPY"), bare(MAX_MICROS, "JPY")], at=NOW)
    assert caught.value.code == "balance_out_of_range"
    assert balance(cast.access, AccountKind.FEE) == MAX_MICROS


def test_an_order_of_another_programme_cannot_be_named(conn: Connection, cast: Cast) -> None:
    key, _ = share(found(conn), Placed(PENDING, 5, "EUR"))
    own = PositionKey(key.order, key.creator, cast.party(), "creator")
    with pytest.raises(errors.ForeignKeyViolation):
        ledger.post(cast.access, differences({}, {own: Placed(PENDING, 5, "EUR")}), at=NOW)
    assert not any(books.balances(cast.access).values())


def test_both_legs_are_of_one_currency_whatever_the_code_does(cast: Cast) -> None:
    keys = [Balance(OWED, "EUR"), Balance(AccountKey(AccountKind.FEE), "JPY")]
    ledger.post(cast.access, [bare(3), bare(3, "JPY")], at=NOW)
    ids = ids_of(cast.access, keys)
    for currency in ("EUR", "JPY"):
        with pytest.raises(errors.ForeignKeyViolation):
            cast.access.execute(
                "INSERT INTO transfer (programme_id, posting, digest, kind, debit_account_id, credit_account_id,"
                " amount, currency, at) VALUES (%(programme_id)s, 1, sha256('x'), 'absorb', %(debit)s, %(credit)s, 1,"
                " %(currency)s, 1)",
                {"debit": min(ids.values()), "credit": max(ids.values()), "currency": currency},
            )


def under(access: Access, key: str, transfer: core.Transfer) -> int:
    """Post a transfer under a client's key; the number of its batch."""
    return int(once(access, KEYS, key, 1, NOW, lambda: ledger.post(access, [transfer], at=NOW).number))


def _at_once(database: Database, programme: int, works: list[Callable[[Access], object]]) -> list[object]:
    """Run each work on a connection and thread of its own; returns results or what was raised."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number: int) -> None:
        with connect(database.dsn()) as conn:
            access = Access(conn, programme, f"worker {number}")
            barrier.wait(30)
            try:
                results[number] = works[number](access)  # type: ignore[call-overload]
            except psycopg.Error as error:
                results[number] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return list(results)


def test_posters_at_once_lose_nothing_and_never_wait_in_a_circle(shared_database: Database, cast: Cast) -> None:
    shares = [share(cast, Placed(PENDING, 5, "EUR")) for _ in range(6)]
    batches = [transfers for _, transfers in shares]

    def work(number: int) -> Callable[[Access], object]:
        def run(access: Access) -> int:
            for turn in range(12):
                order = batches if (number + turn) % 2 else batches[::-1]
                ledger.post(access, [each for batch in order for each in batch], at=NOW)
            return number

        return run

    assert _at_once(shared_database, cast.access.programme_id, [work(n) for n in range(4)]) == [0, 1, 2, 3]
    assert balance(cast.access, AccountKind.OWED) == -4 * 12 * 6 * 5
    assert {balance(cast.access, PENDING, key.party) for key, _ in shares} == {4 * 12 * 5}
    assert books.wrong_balances(cast.access) == []


def test_without_the_order_of_locks_two_posters_wait_in_a_circle(shared_database: Database, cast: Cast) -> None:
    parties = [cast.party(), cast.party()]
    keys = [Balance(AccountKey(AVAILABLE, party), "EUR") for party in parties]
    ledger.post(cast.access, [claimed(key, 1) for key in keys], at=NOW)
    ids = [*ids_of(cast.access, keys).values()]
    meeting = threading.Barrier(2)

    def work(order: list[int]) -> Callable[[Access], object]:
        def run(access: Access) -> str:
            lock = "SELECT 1 FROM account WHERE programme_id = %(programme_id)s AND id = %(id)s FOR NO KEY UPDATE"
            with access.transaction():
                access.execute(lock, {"id": order[0]})
                meeting.wait(30)
                access.execute(lock, {"id": order[1]})
            return "done"

        return run

    answers = _at_once(shared_database, cast.access.programme_id, [work(ids), work(ids[::-1])])
    assert answers.count("done") == 1
    assert any(isinstance(answer, errors.DeadlockDetected) for answer in answers)


def test_a_key_sent_twice_at_once_posts_once(shared_database: Database, cast: Cast) -> None:
    def work(access: Access) -> object:
        return under(access, "once", bare(3))

    answers = _at_once(shared_database, cast.access.programme_id, [work] * 4)
    assert len(set(answers)) == 1
    assert balance(cast.access, AccountKind.FEE) == 3


def test_new_accounts_made_at_once_are_made_once(shared_database: Database, cast: Cast) -> None:
    keys = [Balance(AccountKey(AVAILABLE, cast.party()), "XCG") for _ in range(8)]

    def work(access: Access) -> int:
        batch = [claimed(key, 5) for key in keys]
        return retry(access.conn, lambda: ledger.post(access, batch, at=NOW).transfers)

    assert _at_once(shared_database, cast.access.programme_id, [work] * 4) == [8] * 4
    assert {balance(cast.access, AVAILABLE, key.account.party, "XCG") for key in keys} == {4 * 5}
    assert books.wrong_balances(cast.access) == []


_VICTIM = """
import sys, time
from fanshare.config.keys import Keys
from fanshare.core.ledger import *
from fanshare.store import ledger
from fanshare.store.access import Access, connect
from fanshare.store.idempotency import once
conn = connect(sys.argv[1])
access = Access(conn, int(sys.argv[2]), "victim")
with access.transaction():
    one = Transfer(TransferKind.ABSORB, OWED, AccountKey(AccountKind.FEE), 5, "EUR")
    once(access, Keys(bytes(32)), "victim", 1, 1, lambda: ledger.post(access, [one], at=1).number)
    print("posted", flush=True)
    time.sleep(60)
"""


def test_a_worker_killed_in_the_middle_leaves_nothing(shared_database: Database, cast: Cast) -> None:
    ledger.post(cast.access, [bare(3)], at=NOW)
    command = [sys.executable, "-c", _VICTIM, shared_database.dsn(), str(cast.access.programme_id)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "posted\n"
        os.kill(victim.pid, signal.SIGKILL)
    # the same key and the same accounts: neither a lock nor a row of the dead worker is in the way
    under(cast.access, "victim", bare(4))
    assert [each.amount for each in books.transfers(cast.access)] == [3, 4]
    assert balance(cast.access, AccountKind.FEE) == 7


def test_positions_are_written_and_read_back(cast: Cast) -> None:
    key, _ = share(cast, Placed(PENDING, 5, "EUR"))
    nobody = key._replace(party=None, role="buyer")
    rows = [
        books.Position(key, Placed(HELD, 5, "EUR"), NOW, NOW + 9, "t1" + str(key.order)),
        books.Position(nobody, Placed(AccountKind.UNCLAIMED, 1, "EUR"), None, None, "t2" + str(key.order)),
    ]
    books.write_positions(cast.access, rows)
    assert books.positions(cast.access, [key.order]) == {row.key: row for row in rows}


def test_a_position_keeps_its_handle_and_takes_everything_else(cast: Cast) -> None:
    key, _ = share(cast, Placed(PENDING, 5, "EUR"))
    for party in (key.party, None):
        mine = key._replace(party=party)
        books.write_positions(cast.access, [books.Position(mine, Placed(PENDING, 5, "EUR"), 1, None, f"first{party}")])
        books.write_positions(cast.access, [books.Position(mine, Placed(HELD, 7, "JPY"), 2, 3, "second")])
        expected = books.Position(mine, Placed(HELD, 7, "JPY"), 2, 3, f"first{party}")
        assert books.positions(cast.access, [key.order])[mine] == expected
    books.write_positions(cast.access, [])


def test_a_balance_that_was_edited_is_named_with_both_values(owner: Connection, cast: Cast) -> None:
    key, batch = share(cast, Placed(PENDING, 5, "EUR"))
    ledger.post(cast.access, batch, at=NOW)
    owner.execute(
        "UPDATE account SET balance = 6 WHERE programme_id = %s AND kind = 'pending'", [cast.access.programme_id]
    )
    (wrong,) = books.wrong_balances(cast.access)
    assert wrong[1:] == (Balance(AccountKey(PENDING, key.party), "EUR"), 6, 5)


def test_a_position_that_the_transfers_do_not_bear_out_is_named(cast: Cast) -> None:
    key, batch = share(cast, Placed(PENDING, 5, "EUR"))
    ledger.post(cast.access, batch, at=NOW)
    assert books.wrong_positions(cast.access) == [(key, "pending EUR", 0, 5)]
    books.write_positions(cast.access, [books.Position(key, Placed(PENDING, 5, "EUR"), None, None, f"t{key.order}")])
    assert books.wrong_positions(cast.access) == []
    books.write_positions(cast.access, [books.Position(key, Placed(AVAILABLE, 5, "EUR"), None, None, "")])
    assert books.wrong_positions(cast.access) == [(key, "available EUR", 5, 0), (key, "pending EUR", 0, 5)]


def test_the_fold_of_what_is_read_back_is_what_is_on_the_accounts(cast: Cast) -> None:
    batches = [share(cast, Placed(PENDING, amount, "EUR"))[1] for amount in (1, 2, 3)]
    ledger.post(cast.access, [each for batch in batches for each in batch], at=NOW)
    assert fold(books.transfers(cast.access)) == books.balances(cast.access)
