"""A thousand random edits of ledger and log rows, with every right and no trigger: each is found, its place named."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.types.json import Jsonb

from fanshare.core import log
from fanshare.core.instants import DAY, HOUR, MILLISECOND, MINUTE, Instant
from fanshare.core.terms_document import document
from fanshare.flows import payouts
from fanshare.flows.appeals import appeal
from fanshare.flows.assets import give_code, give_link, set_code_state, set_link_state
from fanshare.flows.check import findings
from fanshare.flows.checks.finding import Finding
from fanshare.flows.close import close_all
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.groups import set_group
from fanshare.flows.links import NewCode, add_code, choose_fan_part
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.rulings import NewRuling, rule
from fanshare.flows.seal import checkpoint, seal
from fanshare.store import log_store, signing
from fanshare.store.access import Access, connect
from fanshare.store.server import Server
from tests.support import paying
from tests.support.effort import effort
from tests.support.pg_books import KEYS, LABEL, PgBooks, add_party
from tests.support.postgres import create_database, drop_database
from tests.support.random_terms import GROUPS
from tests.support.tamper_codes import codes_are_given_out
from tests.support.tamper_debts import a_refund_after_all
from tests.support.tamper_gifts import gifts_are_given
from tests.support.tamper_runs import runs_are_paid
from tests.support.tamper_tables import EVERYWHERE, TABLES
from tests.support.worlds import EPOCH, World

NOW = EPOCH + 150 * DAY

type Row = dict[str, Any]


def test_every_column_is_edited_or_left_out_for_a_reason(scene: "Scene") -> None:
    for name, table in TABLES.items():
        assert set(table.left_out) <= set(scene.columns[name]), name
        assert scene.rows[name], f"{name} has rows to edit"


@pytest.mark.soak_sized
def test_a_thousand_edits_are_found_and_located(scene: "Scene") -> None:
    assert [finding.message for finding in scene.findings(()) if not finding.ok] == []
    dice, missed = random.Random(20_261_122), []
    tried: Counter[str] = Counter()
    while tried.total() < effort(1000):
        name = dice.choice(list(TABLES))
        with scene.conn.transaction(force_rollback=True):
            edit = scene.edit(name, dice)
            if edit is None:
                continue
            tried[name] += 1
            if not scene.located(name, edit.rows):
                said = [finding.message for finding in scene.findings(()) if not finding.ok]
                missed.append(f"{edit.said}: {said[:3]}")
    assert missed == [], "\n".join(one[:60] + " ... " + one[-330:] for one in missed)
    assert min(tried[name] for name in TABLES) * 80 >= tried.total(), tried
    assert [finding.message for finding in scene.findings(()) if not finding.ok] == []


def test_what_a_cited_click_says_about_itself_is_found_at_its_order(scene: "Scene") -> None:
    cited = [row[0] for row in scene.conn.execute("SELECT DISTINCT click_id FROM order_click")]
    edits: list[LiteralString] = [
        "UPDATE click SET verdict = CASE verdict WHEN 'bot' THEN 'counted' ELSE 'bot' END WHERE click_id = %s",
        "UPDATE click SET user_activation = NOT coalesce(user_activation, false) WHERE click_id = %s",
        "UPDATE click SET checkout_referrer = NOT checkout_referrer WHERE click_id = %s",
    ]
    for click in cited[:8]:
        for statement in edits:
            with scene.conn.transaction(force_rollback=True):
                assert scene.conn.execute(statement, [click]).rowcount == 1
                assert any("evidence of order" in finding.message for finding in scene.findings(("evidence",)))


def test_a_transfer_rewritten_with_its_digest_and_balances_is_found_by_the_log(scene: "Scene") -> None:
    with scene.conn.transaction(force_rollback=True):
        scene.disarm()
        scene.conn.execute(
            "WITH edited AS (UPDATE transfer SET amount = amount + 7, digest = sha256('forged') WHERE id ="
            " (SELECT max(id) FROM transfer WHERE kind = 'settle') RETURNING debit_account_id, credit_account_id)"
            " UPDATE account SET balance = balance + CASE WHEN id = credit_account_id THEN 7 ELSE -7 END FROM edited"
            " WHERE id IN (debit_account_id, credit_account_id)"
        )
        found = next(finding for finding in scene.findings(("postings",)) if not finding.ok)
        assert "transfer" in found.message or "posting" in found.message


def test_a_log_rewritten_with_all_its_nodes_is_found_by_its_checkpoints(scene: "Scene") -> None:
    with scene.conn.transaction(force_rollback=True):
        scene.disarm()
        bodies = [row[0] for row in scene.conn.execute("SELECT body FROM log_leaf ORDER BY index")]
        victim = next(n for n, body in enumerate(bodies) if '"kind":"settlement"' in body)
        bodies[victim] = bodies[victim].replace('"seq":1', '"seq":9')
        _rewrite(scene, bodies)
        found = next(finding for finding in scene.findings(("leaves",)) if not finding.ok)
        assert found.message.startswith(("checkpoint", "epoch"))


def _rewrite(scene: "Scene", bodies: list[str]) -> None:
    """The whole log anew over these bodies: hashes, nodes and frontier, as somebody with every right could do it."""
    frontier, nodes = log.Frontier().extend([log.leaf_hash(body.encode()) for body in bodies])
    scene.conn.execute("DELETE FROM log_node")
    for index, body in enumerate(bodies):
        scene.conn.execute(
            "UPDATE log_leaf SET body = %s, hash = %s WHERE index = %s", [body, log.leaf_hash(body.encode()), index]
        )
    for node in nodes:
        if node.level > 0:
            scene.conn.execute(
                "INSERT INTO log_node VALUES (%s, %s, %s, %s)",
                [scene.programme.access.programme_id, node.level, node.position, node.hash],
            )
    scene.conn.execute("UPDATE log_tree SET frontier = %s", [list(frontier.hashes)])


@dataclass(frozen=True)
class Edit:
    """One edit that was made: the rows before and after, and words for a failure."""

    rows: list[Row]
    said: str


@dataclass
class Scene:
    """Books with everything in them, and a connection that may do anything."""

    conn: psycopg.Connection[tuple[Any, ...]]
    programme: Programme
    columns: dict[str, dict[str, str]]
    rows: dict[str, list[Row]]

    def findings(self, first: tuple[str, ...]) -> Iterator[Finding]:
        return findings(self.programme, NOW, first=first)

    def disarm(self) -> None:
        """No trigger and no foreign key stands in the way for the rest of the transaction."""
        self.conn.execute("SET LOCAL session_replication_role = replica")

    def located(self, name: str, rows: list[Row]) -> bool:
        """Whether some offence names a row, before or after its edit."""
        table = TABLES[name]
        words = [word.format(**row) for row in rows for word in table.words]
        patterns = [re.compile(rf"\b{re.escape(word)}(?!\d)") for word in words]
        return any(
            not finding.ok and finding.offence and any(pattern.search(finding.offence.where) for pattern in patterns)
            for finding in self.findings(table.first)
        )

    def edit(self, name: str, dice: random.Random) -> Edit | None:
        """One random edit of a table, or ``None`` where the draw gave nothing that can be written down."""
        table, row, way = TABLES[name], dice.choice(self.rows[name]), dice.random()
        self.disarm()
        try:
            with self.conn.transaction():
                if way < 0.12 and table.deletes and not _harmless(name, row, "deleted"):
                    self._run(sql.SQL("DELETE FROM {} WHERE ctid = %s").format(sql.Identifier(name)), [row["ctid"]])
                    return Edit([row], f"{name} deleted: {row}")
                if way < 0.2 and table.duplicates:
                    return self._duplicated(name, row)
                if way < 0.35 and len(self.rows[name]) > 1:
                    return self._swapped(name, row, dice)
                return self._changed(name, row, dice)
        except (errors.IntegrityError, errors.DataError):
            return None

    def _run(self, statement: sql.Composed, values: list[Any]) -> None:
        assert self.conn.execute(statement, values).rowcount >= 1

    def _editable(self, name: str) -> list[str]:
        return [one for one in self.columns[name] if one not in TABLES[name].left_out and one not in EVERYWHERE]

    def _changed(self, name: str, row: Row, dice: random.Random) -> Edit | None:
        column = dice.choice(self._editable(name))
        value = self._other_value(name, column, row[column], dice)
        if (value is None and row[column] is None) or _harmless(name, row, column):
            return None
        self._set(name, row, {column: value})
        return Edit([row, {**row, column: value}], f"{name}.{column} {row[column]!r} -> {value!r} in {row}")

    def _set(self, name: str, row: Row, values: Row) -> None:
        pairs = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in values)
        given = [Jsonb(value) if isinstance(value, dict) else value for value in values.values()]
        statement = sql.SQL("UPDATE {} SET {} WHERE ctid = %s").format(sql.Identifier(name), pairs)
        self._run(statement, [*given, row["ctid"]])

    def _swapped(self, name: str, row: Row, dice: random.Random) -> Edit | None:
        """Two rows change places in one column."""
        other, column = dice.choice(self.rows[name]), dice.choice(self._editable(name))
        if other[column] == row[column] or _harmless(name, row, column) or _harmless(name, other, column):
            return None
        unread = {column, "ctid", *TABLES[name].left_out}
        if all(row[one] == other[one] for one in self.columns[name] if one not in unread):
            return None  # the two rows have only changed places
        if name == "click" and column == "at" and abs(other["at"] - row["at"]) < MILLISECOND:
            return None
        self._set(name, row, {column: other[column]})
        self._set(name, other, {column: row[column]})
        rows = [row, other, {**row, column: other[column]}, {**other, column: row[column]}]
        return Edit(rows, f"{name}.{column} swapped between {row} and {other}")

    def _duplicated(self, name: str, row: Row) -> Edit:
        names = sql.SQL(", ").join(sql.Identifier(column) for column in self.columns[name] if column != "id")
        statement = sql.SQL(
            "INSERT INTO {0} (id, {1}) SELECT (SELECT max(id) + 1 FROM {0}), {1} FROM {0} WHERE ctid = %s RETURNING id"
        )
        made = self.conn.execute(statement.format(sql.Identifier(name), names), [row["ctid"]]).fetchone()
        assert made is not None
        return Edit([row, {**row, "id": made[0]}], f"{name} doubled: {row}")

    def _other_value(self, name: str, column: str, value: Any, dice: random.Random) -> Any:
        """Another value of the same type: one that another row has, or one close by."""
        known = [row[column] for row in self.rows[name] if row[column] is not None and row[column] != value]
        if known and dice.random() < 0.5 and not column.endswith("at"):
            return dice.choice(known)
        match value:
            case bool():
                return not value
            case int():
                step = dice.choice([MILLISECOND, HOUR, DAY]) if column.endswith("at") else dice.choice([1, 2, 1000])
                return value - step if dice.random() < 0.5 and value >= step else value + step
            case bytes():
                place = dice.randrange(len(value))
                return value[:place] + bytes([value[place] ^ (1 << dice.randrange(8))]) + value[place + 1 :]
            case str():
                return _other_text(value, dice)
            case dict():
                return {**value, dice.choice([*value, "new"]): "edited"}
            case list():
                return [self._other_value(name, column, bytes(value[0]), dice), *value[1:]]
            case None:
                return dice.choice(known) if known else 1 if "id" in column or column.endswith("at") else None
        raise AssertionError(f"{name}.{column}: {value!r}")


def _other_text(value: str, dice: random.Random) -> str:
    """One character is another one, or one is missing or too many."""
    if not value:
        return "x"
    place = dice.randrange(len(value))
    other = dice.choice([char for char in "0123456789abcXYZ" if char != value[place]])
    return value[:place] + dice.choice([other, other, "", other + value[place]]) + value[place + 1 :]


def _harmless(name: str, row: Row, column: str) -> bool:
    """Edits that change nothing anybody reads."""
    if name == "position" and not row["amount"]:  # there is nothing in it that could be elsewhere
        return column in ("bucket", "currency")
    if name == "payout" and row["state"] == "planned":
        return column in ("amount", "party_id", "currency")  # sending looks again at what is ready for whom
    if name == "payout_item" and row["key"] is None:  # it was never sent
        return column in ("amount", "party_id", "currency", "body", "account_id")
    # An amount without a currency is one in the payment's.
    return name == "payout_item_event" and column == "currency" and bool(row[column])


@pytest.fixture(scope="module")
def scene(pg_server: Server, schema_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Small books in which everything has happened, in a database of their own."""
    database = create_database(pg_server, schema_template)
    with connect(database.dsn()) as conn:
        books = PgBooks.founded(conn, World.random(17, orders=9))
        signer = signing.load_or_create(tmp_path_factory.mktemp("keys"), f"shop.example/log/{books.tenant.public_id}")
        _everything_happens(books, signer)
    with psycopg.connect(pg_server.dsn("admin", database.name), autocommit=True) as admin:
        access = Access(admin, books.access.programme_id, "auditor")
        programme = replace(open_programme(access, books.tenant.public_id, KEYS), log_keys=signer.keys)
        _drop_checks(admin)
        yield Scene(admin, programme, *_contents(admin))
    drop_database(pg_server, database)


def _everything_happens(books: PgBooks, signer: signing.LogSigner) -> None:
    programme, access = books.programme, books.access
    start = EPOCH + 60 * DAY
    books.deliver(random.Random(17), start)
    codes_are_given_out(books, start)
    choose_fan_part(programme, 1, 1500, start)
    _things_change_hands(books, start)
    seal(programme, start)
    checkpoint(programme, signer.sign_checkpoint, start)
    order = min(books.order_ids().values())
    rule(programme, NewRuling("held", "looks odd", order=order, until=NOW + 30 * DAY), NOW - 20 * DAY)
    _somebody_appeals(books)
    add_party(programme, 900, "fan")
    rule(programme, NewRuling("merged", "one payee", party=900, to_party=1), NOW - 20 * DAY)
    books.settle(NOW - 19 * DAY)
    assert close_all(programme, NOW - 18 * DAY) > 0
    books.settle(NOW - 18 * DAY)
    log_store.open_epoch(access, "restored from a backup", NOW - 17 * DAY)
    runs_are_paid(programme, NOW - 17 * DAY)
    planned = paying.plan(programme, NOW - 16 * DAY)  # four at least
    for payout in planned[:-1]:
        paying.send(programme, payout, NOW - 15 * DAY)
    payouts.arrived(programme, planned[0], NOW - 14 * DAY)
    payouts.arrived(programme, planned[1], NOW - 14 * DAY)
    payouts.came_back(programme, planned[1], "account closed", NOW - 13 * DAY)
    gifts_are_given(books, planned[-1], NOW - 13 * DAY)
    a_refund_after_all(books, NOW - 12 * DAY)
    books.settle(NOW)
    close_all(programme, NOW)
    books.settle(NOW)
    publish_terms(access, document(replace(books.world.book.newest, stand_down=10 * MINUTE)), NOW)
    checkpoint(programme, signer.sign_checkpoint, NOW)


def _things_change_hands(books: PgBooks, now: Instant) -> None:
    """Groups that the terms name from now on, a code, and links that are given away, paused and resumed."""
    named = replace(books.world.book.newest, groups=GROUPS)
    publish_terms(books.access, document(named), now)
    programme = replace(books.programme, book=open_programme(books.access, books.tenant.public_id, KEYS).book)
    for day, (creator, name) in enumerate([(1, "gold"), (2, "new-here"), (1, ""), (2, "gold")]):
        set_group(programme, creator, name, now + day * HOUR)
    owned = books.access.fetch(
        "SELECT l.code, o.owner_party_id FROM link l JOIN link_owner o USING (programme_id)"
        " WHERE o.link_id = l.id AND l.programme_id = %(programme_id)s ORDER BY l.id"
    )
    for day, (code, owner) in enumerate(owned[:4]):
        to = next(one for one in (1 + day % 3, 2, 3) if one != owner)  # to whoever has it nothing would be given
        give_link(programme, code, to, now + DAY)
        set_link_state(programme, code, "paused" if day % 2 else "ended", now + 2 * DAY)
    for text in ("FIRST", "SECOND", "THIRD"):
        add_code(programme, NewCode(1, 11, text, LABEL), now)
    give_code(programme, "FIRST", 2, now + DAY)
    set_code_state(programme, "SECOND", "paused", now + DAY)
    choose_fan_part(programme, 2, 1000, now + HOUR)


def _somebody_appeals(books: PgBooks) -> None:
    """Two creators object to what became of orders of theirs; one is answered, one waits."""
    programme, now = books.programme, NOW - 19 * DAY
    mine = sorted({(key.order, key.creator) for key, one in books.snapshot().items() if one.amount})[:3]
    ids = books.order_ids()
    made = [(ids[str(order)], appeal(programme, ids[str(order)], creator, "Why?", now)) for order, creator in mine]
    for order, one in made[:2]:
        rule(programme, NewRuling("upheld", "looked at again", order=order, answers=(one,)), now + HOUR)


def _drop_checks(admin: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Nothing that only an honest writer needs: no trigger, no CHECK, no generated number."""
    for name in TABLES:
        admin.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(sql.Identifier(name)))
    for (table,) in admin.execute(
        "SELECT table_name FROM information_schema.columns WHERE is_identity = 'YES' AND table_name = ANY(%s)",
        [list(TABLES)],
    ).fetchall():
        admin.execute(sql.SQL("ALTER TABLE {} ALTER COLUMN id DROP IDENTITY").format(sql.Identifier(table)))
    rows = admin.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"
        " AND conparentid = 0 AND conislocal AND conrelid::regclass::text = ANY(%s)",
        [list(TABLES)],
    ).fetchall()
    for table, constraint in rows:
        drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
        admin.execute(drop.format(sql.Identifier(table), sql.Identifier(constraint)))


def _contents(admin: psycopg.Connection[tuple[Any, ...]]) -> tuple[dict[str, dict[str, str]], dict[str, list[Row]]]:
    """The columns of every table with their types, and every row with its place."""
    columns: dict[str, dict[str, str]] = {name: {} for name in TABLES}
    found = admin.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_name = ANY(%s)"
        " AND table_schema = 'public' ORDER BY table_name, ordinal_position",
        [list(TABLES)],
    )
    for table, column, kind in found:
        columns[table][column] = kind
    rows = {}
    for name in TABLES:
        source = "click_default" if name == "click" else name
        cursor = admin.execute(sql.SQL("SELECT ctid::text AS ctid, * FROM {}").format(sql.Identifier(source)))
        names = [column.name for column in cursor.description or ()]
        rows[name] = [dict(zip(names, row, strict=True)) for row in cursor]
    return columns, rows
