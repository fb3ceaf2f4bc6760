"""Who did what: every sensitive action of a person leaves a line, in the transaction that does it.

A line names rows and never people: ``brand:3`` did ``person.remove`` about ``operator 2``. Whoever reads it looks up
who that is, as long as she is there.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.marks import later
from fanshare.store.access import Access, Connection

#: What can have been done -> how a list words it.
WHAT = {
    "sign_in.link": later("signed in"),
    "sign_in.passkey": later("signed in with a passkey"),
    "sign_in.provider": later("signed in by a provider"),
    "provider.set": later("let people sign in by a provider"),
    "provider.off": later("ended signing in by a provider"),
    "provider.connect": later("connected a provider with an account"),
    "provider.disconnect": later("ended a connection with a provider"),
    "passkey.add": later("added a passkey"),
    "passkey.name": later("named a passkey"),
    "passkey.remove": later("removed a passkey"),
    "passkey.stop": later("used a passkey of which there may be a copy; it was stopped"),
    "factor.on": later("set up an authenticator app"),
    "factor.off": later("took an authenticator app away"),
    "factor.codes": later("took fresh recovery codes"),
    "factor.recovery": later("used a recovery code"),
    "factor.ask": later("asks for a second factor from now on"),
    "factor.let": later("asks for a second factor no longer"),
    "factor.lost": later("took away all that somebody had lost besides her mailbox"),
    "address.ask": later("asked for another address"),
    "address.change": later("changed an address"),
    "address.undo": later("took a change of address back"),
    "name.change": later("changed the name by which people see her"),
    "session.end": later("ended other sessions"),
    "funding.on": later("holds a brand's money, or keeps back another part of it"),
    "funding.off": later("holds a brand's money no longer"),
    "funding.book": later("booked money of a brand"),
    "funding.biller": later("said who asks a brand for its money, and who is asked"),
    "funding.bill": later("wrote an invoice for the money of a brand"),
    "funding.bill_back": later("took an invoice for the money of a brand back"),
    "funding.statement": later("read money of a brand from a bank's statement"),
    "account.leave": later("left a programme"),
    "account.leave_when_paid": later("leaves a programme once what is hers is paid"),
    "account.left": later("left a programme, for all that was hers is paid"),
    "operator.add": later("let somebody run this installation"),
    "operator.remove": later("ended an operator"),
    "person.add": later("let somebody look after a programme"),
    "person.remove": later("ended somebody who looked after a programme"),
    "programme.found": later("founded a programme"),
    "programme.brands": later("said whether there is one brand or several"),
    "text.write": later("wrote a public text"),
    "terms.publish": later("published terms"),
    "application.answer": later("answered an application"),
    "products.take": later("changed what the shop sells"),
    "links.make": later("made links for several creators"),
    "link.pause": later("paused a link"),
    "link.resume": later("let a link count again"),
    "link.end": later("ended a link"),
    "code.pause": later("paused a code"),
    "code.resume": later("let a code count again"),
    "code.end": later("ended a code"),
    "work.pause": later("paused all links and codes of a creator"),
    "work.resume": later("let a creator's links and codes count again"),
    "work.end": later("told a creator when her work ends here"),
    "work.keep": later("let a creator go on whose work was to end"),
    "codes.ask": later("asked for codes for many"),
    "moving.send": later("uploaded the export of another tool"),
    "moving.do": later("had an export of another tool moved in"),
    "moving.drop": later("gave an export of another tool up"),
    "codes.plan": later("said what codes give"),
    "codes.joining": later("said who gets a code by joining"),
    "codes.stock": later("brought codes made by hand"),
    "ruling.add": later("decided about an order"),
    "payout.found": later("looked for payments that restored books lack"),
    "payout.release": later("let payouts go on after a restore"),
    "claim.answer": later("answered a claim"),
    "key.make": later("made an API key"),
    "key.end": later("ended an API key"),
    "target.add": later("had an address told what happens"),
    "target.change": later("changed an address that is told what happens"),
    "target.remove": later("took away an address that was told what happens"),
    "costs.say": later("said what goods cost"),
    "claim.paper": later("looked at the receipt of a claim"),
    "claim.name": later("said which order a receipt is about"),
    "words.write": later("wrote what the brand says of itself"),
    "returns.show": later("said whether creators see what comes back"),
    "bonus.give": later("gave a creator a bonus"),
    "expense.agree": later("agreed to pay an expense back"),
    "expense.confirm": later("confirmed an expense"),
    "expense.drop": later("took an expense back that it had agreed to"),
    "budget.set": later("set a budget for the month"),
    "payout.account": later("set the account that is paid from"),
    "payout.rail": later("set a provider that is paid by"),
    "payout.bank": later("booked a file of the bank"),
    "payout.report": later("booked a report of a provider"),
    "payout.file": later("took the file of a payout run"),
    "rates.import": later("took rates of exchange from a file"),
    "payout.rule": later("set what holds for payout runs"),
    "payout.stop": later("stopped payouts to somebody"),
    "payout.go_on": later("let somebody be paid again"),
    "fan.of_age": later("a fan under 18 said that she is 18 now"),
    "gift.give": later("gave to a creator"),
    "gift.back": later("took a gift back"),
    "goal.make": later("opened a goal"),
    "goal.withdraw": later("gave a goal up"),
    "payee.change": later("changed where money goes"),
    "payee.currency": later("chose the currency of payments"),
    "payout.currencies": later("set the currencies of payments"),
    "billing.issuer": later("said who writes credit notes for payees"),
    "billing.agree": later("agreed to credit notes"),
    "billing.correct": later("put a credit note over a wrong amount right"),
    "billing.file": later("took a credit note"),
    "billing.take_back": later("took back that credit notes are written"),
    "payee.undo": later("undid a change of where money goes"),
    "tax.ask": later("set which forms for the tax are asked for"),
    "tax.sign": later("signed a form for the tax"),
    "tax.refuse": later("refused a form for the tax"),
    "tax.hand_on": later("handed on what was held for the tax authority"),
    "tax.look": later("looked at what a form for the tax says"),
    "dpi.operator": later("said who reports sellers to the tax authority"),
    "dpi.look": later("looked at what is reported of sellers to the tax authority"),
    "dpi.make": later("made a report of sellers for the tax authority"),
    "dpi.file": later("took a report of sellers for the tax authority"),
    "payout.plan": later("planned a payout run"),
    "payout.take_over": later("took a payout run over from the calendar"),
    "credit.allow": later("said whether a shop gives credit"),
    "credit.stock": later("brought codes of shop credit"),
    "credit.stock_out": later("took codes of shop credit out"),
    "credit.answer": later("said what became of a code of shop credit that was given back"),
    "payout.schedule": later("set the days of paying"),
    "payout.approve": later("approved a payout run"),
    "payout.freeze": later("froze a payout run"),
    "payout.resume": later("let a payout run go on"),
    "payout.drop": later("gave a payout run up"),
    "payout.send": later("sent a payout run"),
    "payout.paid": later("said that payments arrived"),
    "payout.rest": later("said that all open payments of a run arrived"),
    "payout.back": later("said that payments came back"),
    "payout.told": later("booked a file about payments"),
    "payout.decide": later("decided about a payment"),
    "letter.send": later("wrote to creators"),
    "letter.stop": later("stopped a letter to creators"),
    "report.close": later("closed a thread after a report"),
    "post.close": later("took a post down after a report"),
    "post.let_be": later("let a reported post be"),
    "report.let_be": later("let a reported message be"),
    "connection.add": later("connected a shop"),
    "connection.pause": later("paused a shop connection"),
    "connection.resume": later("let a shop connection go on"),
    "connection.secret": later("gave a shop connection another secret"),
    "connection.retire": later("ended a secret of a shop connection"),
    "connection.keys": later("changed the keys a shop is asked with"),
    "connection.webhooks": later("looked after the webhooks of a shop"),
    "connection.test": later("sent a test message to a shop connection"),
    "message.look": later("looked at what a shop sent"),
    "workbench.make": later("made books of her own"),
    "workbench.passphrase": later("changed the passphrase of her books"),
    "workbench.recover": later("opened her books by their recovery code"),
    "workbench.code": later("took another recovery code for her books"),
    "workbench.passkey": later("let a passkey open her books"),
    "workbench.passkey_end": later("had a passkey open her books no longer"),
    "workbench.erase": later("erased her books"),
    "workbench.open": later("let somebody keep books without a programme"),
    "workbench.end": later("ended somebody's workbench"),
    "inbox.retry": later("had parked messages read again"),
}

_NOTE = "INSERT INTO audit (programme_id, at, actor, what, about) VALUES (%s, %s, %s, %s, %s)"
_LINES = """
SELECT a.id, a.programme_id, coalesce(p.slug, ''), a.at, a.actor, a.what, a.about
  FROM audit a LEFT JOIN programme p ON p.id = a.programme_id
 WHERE (%(programme)s::bigint IS NULL OR a.programme_id = %(programme)s)
   AND (%(since)s::bigint IS NULL OR a.at >= %(since)s) AND (%(until)s::bigint IS NULL OR a.at < %(until)s)
   AND (%(before)s::bigint IS NULL OR a.id < %(before)s) AND (%(what)s = '' OR a.what = %(what)s)
   AND (%(text)s = '' OR strpos(lower(a.about), lower(%(text)s)) > 0)
 ORDER BY a.id DESC LIMIT %(limit)s
"""


class Line(NamedTuple):
    """One action. ``programme`` is the short name of the one it was about, empty for the whole installation."""

    id: int
    programme_id: int | None
    programme: str
    at: Instant
    actor: str
    what: str
    about: str


def note(
    conn: Connection, actor: str, what: str, now: Instant, *, about: str = "", programme: int | None = None
) -> None:
    """Write down an action. Raises ``KeyError`` for one that ``WHAT`` does not name: a fault of the program."""
    _ = WHAT[what]
    conn.execute(_NOTE, [programme, now, actor[:100], what, about[:300]])


def noted(access: Access, what: str, now: Instant, about: str = "") -> None:
    """Write down an action of the access's actor in its programme."""
    note(access.conn, access.actor, what, now, about=about, programme=access.programme_id)


def lines(conn: Connection, *, programme: int | None = None, limit: int = 50, **narrowed: Any) -> Iterator[Line]:
    """What was done, the newest first: in one programme or everywhere.

    ``narrowed``: ``since`` and ``until`` (half open), ``before`` (an id), ``what``, ``text`` (of what it was about).
    """
    wanted = {"since": None, "until": None, "before": None, "what": "", "text": "", **narrowed}
    return (Line(*row) for row in conn.execute(_LINES, {**wanted, "programme": programme, "limit": limit}))
