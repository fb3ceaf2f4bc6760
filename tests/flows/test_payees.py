"""Where money goes, in the real books: named, waiting, told, undone by the mailbox; sealed and masked."""

import json
from itertools import product

import pytest
from psycopg import errors

from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.payee import WAIT, Stage
from fanshare.core.payee_account import iban_account, us_account
from fanshare.flows import own_data, payees, people
from fanshare.store.access import Connection
from fanshare.store.queries import payees as rows
from fanshare.store.tables import GLOBAL, TENANT
from tests.support.pg_books import KEYS
from tests.support.stories import NOW, Story, open_story

IBAN, OTHER = "DE89370400440532013000", "FR1420041010050500013M02606"
CLEOS, NEW = iban_account("Cleo Canary", IBAN), iban_account("Cleo Canary", OTHER)
DOLLARS = us_account("Cleo Canary", "021000021", "000123456789")


@pytest.fixture
def story(conn: Connection) -> Story:
    return open_story(conn)


def named(story: Story, *, now: int = NOW, account: object = CLEOS, party: int = 0) -> int:
    return payees.change(story.programme, party or story.cleo, account, now, adult=True)  # type: ignore[arg-type]


def stages(story: Story, now: int) -> dict[str, tuple[Stage, str, str]]:
    return {
        str(one.kind): (one.stage, one.standing, one.waiting) for one in payees.shown(story.programme, story.cleo, now)
    }


def mails(story: Story) -> int:
    query = "SELECT count(*) FROM outbox WHERE kind = 'payee' AND key LIKE %s"
    row = story.access.conn.execute(query, [f"{story.access.programme_id}/%"]).fetchone()
    return 0 if row is None else int(row[0])


def test_an_account_is_shown_masked_and_waits_before_it_counts(story: Story) -> None:
    assert stages(story, NOW) == {}
    named(story)
    assert stages(story, NOW + WAIT - 1) == {"iban": (Stage.WAITING, "", "DE … 3000")}
    assert stages(story, NOW + WAIT) == {"iban": (Stage.USABLE, "DE … 3000", "")}
    assert mails(story) == 1


def test_each_currency_has_an_account_of_its_own(story: Story) -> None:
    named(story)
    dollars = named(story, account=DOLLARS, now=NOW + HOUR)
    payees.undo(story.programme, story.cleo, dollars, NOW + 2 * HOUR)
    assert stages(story, NOW + WAIT) == {"iban": (Stage.USABLE, "DE … 3000", "")}


def test_nobody_is_paid_money_who_has_not_said_that_she_is_18(story: Story) -> None:
    with pytest.raises(BadInputError) as error:
        payees.change(story.programme, story.cleo, CLEOS, NOW)
    assert error.value.code == "not_adult"
    assert not payees.said_adult(story.programme, story.cleo)
    named(story)
    assert payees.said_adult(story.programme, story.cleo)
    payees.change(story.programme, story.cleo, NEW, NOW)  # said once, known from then on
    assert people.AGE in {one["what"] for one in own_data.copy(story.programme, story.cleo, NOW)["kept_sealed"]}


def test_only_so_many_changes_a_day(story: Story) -> None:
    for _ in range(payees.MOST_A_DAY):
        named(story)
    with pytest.raises(FanshareError) as error:
        named(story)
    assert (error.value.code, error.value.status, mails(story)) == ("too_many_changes", 429, payees.MOST_A_DAY)
    named(story, now=NOW + DAY)


def test_the_link_in_the_mail_looks_first_and_undoes_then(story: Story) -> None:
    first = named(story)
    second = named(story, account=NEW, now=NOW + WAIT)
    conn, soon = story.access.conn, NOW + WAIT + HOUR

    def follow(id_: int, now: int, *, really: bool) -> str:
        token = payees.undo_token(KEYS, story.access.programme_id, id_)
        found = payees.by_link(conn, KEYS, token, now, really=really)
        return "" if found is None else found.state

    assert follow(second, soon, really=False) == "waiting"
    assert stages(story, soon)["iban"] == (Stage.WAITING, "DE … 3000", "FR … 2606")
    assert follow(first, soon, really=True) == "in_force"
    assert follow(second, soon, really=True) == "undone"
    assert follow(second, soon, really=True) == "undone"
    assert stages(story, soon)["iban"] == (Stage.USABLE, "DE … 3000", "")
    assert follow(second + 1, soon, really=True) == ""
    third = named(story, account=NEW, now=soon)
    assert follow(third, soon + WAIT, really=True) == "in_force"
    assert follow(first, soon + WAIT, really=True) == "over"
    for wrong in ("", "a" * 24, payees.undo_token(KEYS, 999_999, second), "é", "AAAA"):
        assert payees.by_link(conn, KEYS, wrong, soon, really=True) is None


def test_what_was_undone_or_replaced_is_forgotten(story: Story) -> None:
    first = named(story)
    second = named(story, account=NEW, now=NOW + WAIT)
    payees.undo(story.programme, story.cleo, second, NOW + WAIT)
    person = rows.person(story.access, story.cleo)
    assert person is not None
    kept = story.programme.vault.get_many((person, payees.sealed_kind(one)) for one in (first, second))
    assert set(kept) == {(person, payees.sealed_kind(first))}
    third = named(story, account=NEW, now=NOW + WAIT)
    named(story, account=NEW, now=NOW + 2 * WAIT)  # the third stands by now: the first is gone
    assert story.programme.vault.get(person, payees.sealed_kind(first)) is None
    assert story.programme.vault.get(person, payees.sealed_kind(third)) is not None


def test_of_somebody_who_left_nothing_stays_and_nothing_is_taken(story: Story) -> None:
    id_ = named(story)
    people.erase(story.programme, story.cleo, NOW)
    assert payees.shown(story.programme, story.cleo, NOW + WAIT) == []
    assert rows.alive(story.access, story.cleo) == []
    assert payees.for_mail(story.access, KEYS, story.cleo, id_) is None
    token = payees.undo_token(KEYS, story.access.programme_id, id_)
    gone = payees.by_link(story.access.conn, KEYS, token, NOW, really=True)
    assert gone is not None
    assert gone.state == "over"
    with pytest.raises(ConflictError) as error:
        named(story)
    assert error.value.code == "erased"


def test_the_account_is_in_clear_nowhere(story: Story, owner: Connection) -> None:
    """Every table as text: neither as it is, nor as bytes; and only its owner's own copy holds it, if she asks."""
    named(story)
    named(story, account=DOLLARS)
    secrets = [IBAN, DOLLARS.number]
    for secret in secrets:
        for canary in (secret, secret.encode().hex(), secret[-4:] + '"'):
            found = [
                table
                for table in sorted((TENANT | GLOBAL) - {"django_migrations"})
                if owner.execute(f"SELECT FROM {table} AS t WHERE t::text ILIKE %s LIMIT 1", [f"%{canary}%"]).fetchone()
            ]
            assert found == [], canary
    copies = {who: json.dumps(own_data.copy(story.programme, who, NOW)) for who in (story.cleo, story.finn)}
    masked = json.dumps(own_data.copy(story.programme, story.cleo, NOW, whole=False))
    for secret in secrets:
        assert secret in copies[story.cleo], "the canary sings where it may"
        assert secret not in copies[story.finn]
        assert secret not in masked


def test_after_a_restore_what_waited_in_the_backup_is_given_up(story: Story) -> None:
    """It may have been undone since, and the books can't know."""
    stands = named(story)
    named(story, account=NEW, now=NOW + WAIT)
    backup = NOW + WAIT + HOUR
    named(story, party=story.finn, now=backup - HOUR)
    assert payees.give_up_fresh(story.access, backup, backup + 30 * DAY) == 2
    assert stages(story, backup + 30 * DAY) == {"iban": (Stage.USABLE, "DE … 3000", "")}
    assert payees.shown(story.programme, story.finn, backup + 30 * DAY) == []
    assert [one.id for one in rows.alive(story.access, story.cleo)] == [stands]
    query = "SELECT count(*) FROM vault_item WHERE programme_id = %(programme_id)s AND kind LIKE 'payee:%%'"
    kept = story.access.value(query)
    assert kept == 1


EDITS = ["usable_at = set_at", "set_at = set_at - 1", "party_id = party_id + 1", "kind = 'us'", "currency = 'USD'"]


def test_nobody_shortens_a_wait_in_the_database(story: Story, owner: Connection) -> None:
    id_ = named(story)
    for edit in EDITS:
        with pytest.raises(errors.RestrictViolation):
            owner.execute(f"UPDATE payee_account SET {edit} WHERE id = %s", [id_])
    with pytest.raises(errors.CheckViolation), story.access.transaction():
        rows.add(story.access, story.cleo, ("iban", "EUR"), NOW, NOW + WAIT - 1)
    payees.undo(story.programme, story.cleo, id_, NOW)
    with pytest.raises(errors.RestrictViolation):
        owner.execute("UPDATE payee_account SET undone_at = NULL WHERE id = %s", [id_])


def test_the_rows_give_what_the_rule_gives_whatever_is_done_between(story: Story) -> None:
    """Named, named again and undone in every order and at several times."""
    for number, steps in enumerate(product(("name", "undo", "wait"), repeat=4)):
        party = people.add_creator(story.programme, people.Joiner(f"Carla {number}"), NOW)
        now, last, expected = NOW, 0, (0, 0)  # standing, waiting
        for step in steps:
            if step == "name":
                last = named(story, party=party, now=now)
                expected = (expected[0], last)
            elif step == "wait":
                now += WAIT
                expected = (expected[1] or expected[0], 0)
            elif expected[1]:
                payees.undo(story.programme, party, expected[1], now)
                expected = (expected[0], 0)
            found = payees.state(rows.alive(story.access, party), now)
            assert (found.standing or 0, (found.waiting or (0,))[-1]) == expected, steps
