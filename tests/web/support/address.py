"""Changing an address as people do: by the page, and by the links of the mails."""

import json
import re
from html import unescape
from uuid import UUID

from fanshare.core import one_time_code
from fanshare.core.workbench.entries import Running, Settings
from fanshare.flows import (
    address_change,
    passkeys,
    receipts,
    second_factor,
    staff,
    workbench_books,
    workbench_lock,
    workbench_mail,
)
from fanshare.flows.authorisation import Post
from fanshare.flows.context import pseudonym
from fanshare.flows.people import Joiner, add_creator, add_fan
from fanshare.flows.sign_in import seats_of
from fanshare.flows.signed_in import Asking, Owner, Relying, Wish
from fanshare.flows.staff import account_of
from fanshare.flows.workbench_books import Open
from fanshare.flows.workbench_keys import Evaluated, opened_by_passkey, seal_paper, wrap_by_passkey
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store.access import Connection
from fanshare.store.queries import (
    joining,
    workbench,
    workbench_due,
    workbench_feeds,
    workbench_papers,
    workbench_passkeys,
)
from fanshare.web.language import words_in
from tests.edge.running import KEYS
from tests.support.mails import text_of
from tests.web.support.company import Company
from tests.web.support.device import HOST, Device
from tests.web.support.passkey import Authenticator, text
from tests.web.support.serving import Answer

PASSPHRASE = "four quite good words"
RUNNING = Running(1_700_000_000_000_000)
RECEIPT = UUID(int=7)
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND c.relname <> 'django_migrations' ORDER BY 1
"""


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def send(device: Device, path: str, **values: str) -> Answer:
    device.get("/sign-in?again=1")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def posted(company: Company) -> list[tuple[str, str]]:
    """Mails that go out now: to whom, and what they say."""
    mailer = MemoryMailer(company.house.clock)
    office = PostOffice(mailer, f"https://{HOST}", words_in)
    while send_due(company.house.conn, KEYS, office, company.house.clock):
        pass
    return [(str(mail["To"]), text_of(mail)) for mail in mailer.sent]


def token_in(text: str, path: str) -> str:
    found = re.search(rf"https://{HOST}/address/{path}\?t=([A-Za-z0-9_-]+)", text)
    assert found is not None, text
    return found[1]


def changed(company: Company, name: str, new: str, device: Device | None = None) -> str:
    """Somebody changes her address, where she is signed in or by a fresh link; the token that undoes it."""
    posted(company)
    assert send(device or company.device(name), "/address", address=new).status == 302
    [(to, text)] = posted(company)
    assert to == new
    assert send(company.device(), "/address/confirm", t=token_in(text, "confirm")).status == 200
    [(to, text)] = posted(company)
    assert to == f"{name}@example.test"
    return token_in(text, "undo")


def account(address: str) -> bytes:
    return account_of(KEYS, address)


def everything(company: Company, name: str) -> str:
    """Somebody who is all that an address can be: operator, owner, creator here and there, with an app; she applied."""
    house, brand, other = company.house, company.brand, company.other
    address, now = f"{name}@example.test", company.house.now
    staff.add_operator(house.conn, KEYS, address, now)
    staff.add_brand_person(other.access, other.tenant.public_id, KEYS, address, now, post=Post.MANAGER)
    add_fan(brand.programme, Joiner(name.title(), address), now)
    add_creator(other.programme, Joiner(name.title(), address), now)
    secret = one_time_code.SECRET_BYTES * b"s"
    step = one_time_code.code(secret, one_time_code.step_of(now))
    owner = Owner(account(address), "test", address)
    second_factor.turn_on(house.conn, KEYS, owner, secret, step, now)
    add_passkey(company, owner)
    workbench.add_seat(house.conn, account(address), now)
    keeper = Owner(account(address), "test")
    books = workbench_lock.make(house.conn, KEYS, keeper, PASSPHRASE, now).opened
    let_passkey(company, account(address), books.key)
    workbench_books.start(Open(house.conn, account(address), books.key), RUNNING)
    workbench_papers.put(house.conn, account(address), RECEIPT, seal_paper(books.key, RECEIPT, b"wreceipt"))
    workbench_feeds.put(house.conn, account(address), bytes(32), b"a calendar")
    house.conn.execute(
        "INSERT INTO trust_page (account, token, document, published_at) VALUES (%s, %s, '{}', 0)",
        [account(address), "t" * 22],
    )
    workbench_due.put(house.conn, account(address), {"2026-11-28": 2})
    workbench_mail.wish(house.conn, KEYS, account(address), workbench_mail.Where(address), now)
    content = json.dumps({"kind": "application", "address": address, "name": name}).encode()
    joining.apply(brand.access, account(address), KEYS.seal("joining", content, account(address)), now)
    assert {to for to, _ in posted(company)} == {address}, "she is told of the app and the passkey"
    return address


def let_passkey(company: Company, mine: bytes, key: bytes) -> None:
    """Let the passkey of an account open her books."""
    conn = company.house.conn
    [(found,)] = company.house.rows("SELECT credential FROM passkey WHERE account = %s", mine)
    credential = bytes(found)
    made = Evaluated(workbench_passkeys.salt_of(conn, mine), credential, bytes(32))
    assert workbench_passkeys.put(conn, mine, credential, wrap_by_passkey(KEYS, mine, key, made), company.house.now)


def add_passkey(company: Company, owner: Owner) -> None:
    """A passkey of somebody's, without the pages."""
    conn, now, relying = company.house.conn, company.house.now, Relying(HOST, f"https://{HOST}")
    asking = Asking(relying, passkeys.ADD, "session")
    offer = passkeys.offer(conn, KEYS, asking, owner.account, now)
    asked = {"rp": {"id": HOST}, "user": {"id": text(offer.handle)}, "challenge": text(offer.challenge)}
    passkeys.add(conn, KEYS, owner, asking, Authenticator().make(asked), "Phone", now)


def running(company: Company, address: str) -> Running | None:
    """The timer in somebody's books, which her passphrase and her passkey open, and with them her receipt."""
    conn, mine = company.house.conn, account(address)
    [(credential, _)] = workbench_passkeys.wraps(conn, mine)
    wrap = workbench_passkeys.find(conn, mine, credential)
    assert wrap is not None
    made = Evaluated(workbench_passkeys.salt_of(conn, mine), credential, bytes(32))
    opened = workbench_lock.unlock(company.house.conn, KEYS, account(address), PASSPHRASE, company.house.now)
    assert opened_by_passkey(KEYS, mine, wrap, made) == opened.key
    books = Open(conn, mine, opened.key)
    kept = receipts.find(books, RECEIPT)
    assert kept is not None
    assert kept.content == b"receipt"
    return workbench_books.load(books, Settings("EUR")).running


def whole_move(company: Company, old: str, new: str) -> str:
    """Change an address as its owner would; the token that undoes it."""
    conn, now = company.house.conn, company.house.now
    seats = seats_of(conn, KEYS, old)
    address_change.ask(conn, KEYS, seats, account(old), Wish(new, old), now)
    [(_, text)] = posted(company)
    assert address_change.confirm(conn, KEYS, token_in(text, "confirm"), now) is not None
    [(_, text)] = posted(company)
    return token_in(text, "undo")


def where(company: Company, conn: Connection, address: str) -> set[str]:
    """Tables in which the hash of an address stands, whatever their columns are called."""
    brands = (company.brand, company.other, company.house.bea)
    marks = [pseudonym(KEYS, brand.tenant.public_id, "email", address) for brand in brands]
    marks.append(account(address).hex())
    found = set()
    for (table,) in conn.execute(_TABLES).fetchall():
        statement = f"SELECT EXISTS (SELECT FROM {table} t WHERE t::text ~ %s)"
        if conn.execute(statement.encode(), ["|".join(marks)]).fetchone() == (True,):
            found.add(table)
    return found
