"""Edits behind the ledger's back, with the owner's rights and the triggers off: each one is found and located."""

import random
from typing import Any

import pytest
from psycopg import sql

from fanshare.core import ledger as core
from fanshare.core.ledger import AccountKind, Placed, PositionKey, differences
from fanshare.store import books, ledger
from fanshare.store.access import Access, Connection
from tests.support.effort import effort
from tests.support.schema import NOW, Cast, found

PENDING, AVAILABLE, HELD = AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.HELD

#: What is edited, and how to say which row: by account, or by position.
EDITS: list[tuple[str, str]] = [
    ("balance", "UPDATE account SET balance = balance + %(by)s WHERE programme_id = %(p)s AND id = %(account)s"),
    ("amount", "UPDATE transfer SET amount = amount + %(by)s WHERE programme_id = %(p)s AND id = %(transfer)s"),
    ("deleted", "DELETE FROM transfer WHERE programme_id = %(p)s AND id = %(transfer)s"),
    (
        "turned round",
        (
            "UPDATE transfer SET debit_account_id = credit_account_id, credit_account_id = debit_account_id"
            " WHERE programme_id = %(p)s AND id = %(transfer)s"
        ),
    ),
    (
        "redirected",
        "UPDATE transfer SET credit_account_id = %(elsewhere)s WHERE programme_id = %(p)s AND id = %(transfer)s",
    ),
    (
        "redirected with its balances",
        (
            "WITH moved AS (UPDATE transfer t SET credit_account_id = %(elsewhere)s FROM transfer o"
            " WHERE o.programme_id = %(p)s AND o.id = t.id AND t.id = %(settled)s"
            " RETURNING o.credit_account_id, o.amount)"
            " UPDATE account a SET balance = balance + CASE WHEN id = %(elsewhere)s THEN m.amount ELSE -m.amount END"
            " FROM moved m WHERE a.programme_id = %(p)s AND a.id IN (m.credit_account_id, %(elsewhere)s)"
        ),
    ),
    (
        "doubled",
        (
            "INSERT INTO transfer (programme_id, posting, digest, kind, debit_account_id, credit_account_id, amount,"
            " currency, order_id, creator_party_id, party_id, role, payout_id, at)"
            " SELECT programme_id, posting, digest, kind, debit_account_id, credit_account_id, amount,"
            " currency, order_id, creator_party_id, party_id, role, payout_id, at FROM transfer"
            " WHERE programme_id = %(p)s AND id = %(transfer)s"
        ),
    ),
    (
        "given to another order",
        "UPDATE transfer SET order_id = %(other_order)s WHERE programme_id = %(p)s AND id = %(settled)s",
    ),
    (
        "given to another party",
        "UPDATE transfer SET party_id = %(other_party)s WHERE programme_id = %(p)s AND id = %(settled)s",
    ),
    ("another kind", "UPDATE transfer SET kind = 'erase' WHERE programme_id = %(p)s AND id = %(settled)s"),
    (
        "position",
        "UPDATE position SET amount = amount + %(by)s WHERE programme_id = %(p)s AND order_id = %(order)s",
    ),
    (
        "bucket",
        (
            "UPDATE position SET held_until = NULL,"
            " bucket = CASE bucket WHEN 'pending' THEN 'available' ELSE 'pending' END"
            " WHERE programme_id = %(p)s AND order_id = %(order)s"
        ),
    ),
    ("position deleted", "DELETE FROM position WHERE programme_id = %(p)s AND order_id = %(order)s"),
]


@pytest.fixture
def written(conn: Connection) -> Cast:
    """Books with twenty orders, some of them paid out."""
    cast = found(conn)
    parties = [cast.party() for _ in range(4)]
    desired = {
        PositionKey(cast.order(), parties[0], parties[number % 4], "fan"): Placed(bucket, 10 + number, "EUR")
        for number, bucket in enumerate([PENDING, AVAILABLE, AVAILABLE, HELD] * 5)
    }
    sent = [core.pay_out(party, 7, "EUR", cast.payout(party, 7)) for party in parties[1:3]]
    ledger.post(cast.access, [*differences({}, desired), *sent], at=NOW)
    books.write_positions(
        cast.access, [books.Position(key, one, None, None, f"w{key.order}") for key, one in desired.items()]
    )
    return cast


def faults(access: Access) -> list[Any]:
    return [*books.wrong_balances(access), *books.wrong_positions(access)]


class Drawn:
    """Picks rows of the programme at random, each time others."""

    def __init__(self, owner: Connection, programme: int, chance: random.Random) -> None:
        self.programme, self.chance = programme, chance
        self.transfers = owner.execute(
            "SELECT id, debit_account_id, credit_account_id, order_id, party_id, kind FROM transfer"
            " WHERE programme_id = %s ORDER BY id",
            [programme],
        ).fetchall()
        self.accounts, self.orders, self.parties = (
            [id_ for (id_,) in owner.execute(query, [programme])]
            for query in (
                "SELECT id FROM account WHERE programme_id = %s ORDER BY id",
                "SELECT id FROM shop_order WHERE programme_id = %s ORDER BY id",
                "SELECT id FROM party WHERE programme_id = %s ORDER BY id",
            )
        )

    def row(self) -> dict[str, int]:
        """The parameters of one edit."""
        any_, settled = (
            self.chance.choice([one for one in self.transfers if one[5] in kinds])
            for kinds in ({"settle", "payout"}, {"settle"})
        )
        touched = {*any_[1:3], *settled[1:3]}
        return {
            "p": self.programme,
            "by": self.chance.randrange(1, 9),
            "account": self.chance.choice(self.accounts),
            "transfer": any_[0],
            "settled": settled[0],
            "elsewhere": self.chance.choice([one for one in self.accounts if one not in touched]),
            "order": self.chance.choice(self.orders),
            "other_order": self.chance.choice([one for one in self.orders if one != settled[3]]),
            "other_party": self.chance.choice([one for one in self.parties if one != settled[4]]),
        }


@pytest.mark.soak_sized
def test_every_edit_of_the_books_is_found(owner: Connection, written: Cast) -> None:
    programme, chance = written.access.programme_id, random.Random(20_261_122)
    drawn, auditor = Drawn(owner, programme, chance), Access(owner, programme, "auditor")
    assert faults(auditor) == []
    for number in range(effort(130)):
        name, statement = EDITS[number % len(EDITS)]
        with owner.transaction(force_rollback=True):
            owner.execute("ALTER TABLE transfer DISABLE TRIGGER immutable")
            for check in ("pending", "held", "in_transit"):
                drop = sql.SQL("ALTER TABLE account DROP CONSTRAINT {}")
                owner.execute(drop.format(sql.Identifier(f"{check}_not_negative")))
            assert owner.execute(statement.encode(), drawn.row()).rowcount >= 1
            assert faults(auditor), name
    assert faults(auditor) == []


def test_an_edited_transfer_is_located_at_both_of_its_accounts(owner: Connection, written: Cast) -> None:
    auditor = Access(owner, written.access.programme_id, "auditor")
    with owner.transaction(force_rollback=True):
        owner.execute("ALTER TABLE transfer DISABLE TRIGGER immutable")
        row = owner.execute(
            "UPDATE transfer SET amount = amount + 1 WHERE id = (SELECT min(id) FROM transfer WHERE programme_id = %s)"
            " RETURNING debit_account_id, credit_account_id, order_id",
            [auditor.programme_id],
        ).fetchone()
        assert row is not None
        assert sorted(wrong.account_id for wrong in books.wrong_balances(auditor)) == sorted(row[:2])
        assert [wrong[0].order for wrong in books.wrong_positions(auditor)] == [row[2]]
