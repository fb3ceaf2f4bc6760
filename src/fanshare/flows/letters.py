"""The words of our mails: pure functions from facts to a subject and plain text, in the language of whoever reads them.

``_`` translates: it gets a text in English with places such as ``%(url)s`` and gives it in her language.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fanshare.core.instants import Instant, to_datetime

#: From a text in English to the same in another language.
type Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Words:
    """A subject and a text, lines of at most some 75 characters where they are ours to break."""

    subject: str
    text: str


def sign_in(_: Say, url: str, host: str) -> Words:
    """The link that signs in."""
    return Words(
        _("Your link to sign in at %(host)s") % {"host": host},
        _("""Hello,

this link signs you in at %(host)s. It works once, for 15 minutes:

%(url)s

You did not ask for it? Then do nothing; without the link nobody gets in.
""")
        % {"host": host, "url": url},
    )


def join(_: Say, url: str, programme: str, *, as_fan: bool) -> Words:
    """The link that confirms that somebody wants to join."""
    said = {"programme": programme, "url": url}
    text = (
        _("""Hello,

you asked to get your own link at %(programme)s. This link shows one
button that confirms it; it works for a day:

%(url)s

It was not you? Then do nothing; nobody joins without that button.
""")
        if as_fan
        else _("""Hello,

you asked to join as a creator at %(programme)s. This link shows one
button that confirms it; it works for a day:

%(url)s

It was not you? Then do nothing; nobody joins without that button.
""")
    )
    return Words(_("One step left at %(programme)s") % said, text % said)


def answered(_: Say, programme: str, url: str, *, accepted: bool, words: str) -> Words:
    """The answer to an application. ``words`` are the brand's own, and may be empty."""
    own = f"{_('They write:')}\n\n{words.strip()}\n\n" if words.strip() else ""
    said = {"programme": programme, "url": url, "own": own}
    if accepted:
        return Words(
            _("%(programme)s says yes") % said,
            _("""Hello,

%(programme)s has accepted you as a creator. Sign in with this address to
make your first link:

%(url)s

%(own)sThe first sale earns: nobody has to reach a number of followers or sales.
""")
            % said,
        )
    return Words(
        _("%(programme)s has answered") % said,
        _("""Hello,

%(programme)s has not accepted your application this time.

%(own)sWhat you wrote was deleted with this answer. You may apply again.
""")
        % said,
    )


def of_brand(_: Say, programme: str, name: str, subject: str, text: str, stop_url: str) -> Words:
    """What a brand writes to several of its creators, in its own words."""
    why = _("%(programme)s writes this to you because you are a creator there.") % {"programme": programme}
    return Words(
        f"{programme}: {subject}",
        f"{greeting(_, name)}\n\n{text.strip()}\n\n--\n{why}\n{stop_line(_, stop_url)}",
    )


def paused(_: Say, programme: str, name: str, url: str, stop_url: str) -> Words:
    """What links and codes earn has stopped, for the month's budget is reached."""
    said = {"programme": programme, "url": url}
    text = (
        _("""%(programme)s has reached its budget for this month. From now on links lead
to the shop as before, but new clicks and codes earn nothing until the month
is over, or until the budget is raised. It has nothing to do with you.

What you have earned stays yours and is paid. An order counts as well if its
click came before the pause. Please do not send links around meanwhile:
%(url)s

We write again when they count.
""")
        % said
    )
    return Words(
        _("%(programme)s: your links pause until next month") % said,
        f"{greeting(_, name)}\n\n{text}\n--\n{stop_line(_, stop_url)}",
    )


def going_on(_: Say, programme: str, name: str, url: str, stop_url: str) -> Words:
    """Links and codes earn again."""
    said = {"programme": programme, "url": url}
    text = (
        _("""links and codes of %(programme)s earn again from now on. They are the same
as before; you need not change anything:
%(url)s
""")
        % said
    )
    return Words(
        _("%(programme)s: your links count again") % said,
        f"{greeting(_, name)}\n\n{text}\n--\n{stop_line(_, stop_url)}",
    )


def payee_changed(_: Say, programme: str, name: str, account: str, until: str, url: str) -> Words:
    """Where money goes was changed; the link leads to the button that undoes it."""
    said = {"programme": programme, "account": account, "until": until, "url": url}
    text = (
        _("""where your money from %(programme)s goes was changed, to the account
%(account)s. Nothing is paid to you before %(until)s; from
then on it goes to this account.

Was it you? Then there is nothing to do.

It was not you? This link shows one button that undoes it, until then:

%(url)s

Your money goes then where it went before. Afterwards look under "Safety"
where you are signed in, and end what you do not know.
""")
        % said
    )
    return Words(_("%(programme)s: where your money goes was changed") % said, f"{greeting(_, name)}\n\n{text}")


def news(_: Say, programme: str, name: str, pieces: Sequence[str], stop_url: str) -> Words:
    """What happened, each piece a paragraph that ends with an address on a line of its own."""
    told = "\n\n".join(filled(one) for one in pieces)
    return Words(
        _("News from %(programme)s") % {"programme": programme},
        f"{greeting(_, name)}\n\n{told}\n\n--\n{stop_line(_, stop_url)}",
    )


def tax_near(_: Say, programme: str, told: Sequence[tuple[str, int, int]], url: str, stop_url: str) -> Words:
    """Whose payments of a year come near to what has to be reported: (report, year, how many people) each."""
    lines = "\n".join(
        _("%(report)s for %(year)s: %(number)s") % {"report": report, "year": str(year), "number": number}
        for report, year, number in told
    )
    first = _(
        "What was paid to some people has come to 80 percent or more of what has to be reported to the tax authority. "
        "Each of them is told once a year for each report. How many are new:"
    )
    who = _("Who they are stands here:")
    return Words(
        _("%(programme)s: payments come near to what has to be reported") % {"programme": programme},
        f"{greeting(_, '')}\n\n{filled(first)}\n\n{lines}\n\n{who}\n{url}\n\n--\n{stop_line(_, stop_url)}",
    )


def books_due(_: Say, host: str, url: str, stop_url: str) -> Words:
    """That something is due in her own books. It knows nothing of them, so it says nothing of them."""
    told = _("Something is due in your books. What it is stands in them alone; they open with your passphrase:")
    return Words(
        _("Something is due (%(host)s)") % {"host": host},
        f"{greeting(_, '')}\n\n{textwrap.fill(told, 75)}\n{url}\n\n--\n{stop_line(_, stop_url)}",
    )


@dataclass(frozen=True, slots=True)
class Seal:
    """The newest signed state of a programme's books. ``note`` is the signed note itself (C2SP)."""

    programme: str
    size: int
    note: str
    signed_at: Instant


def weekly(
    _: Say, seal: Seal, name: str, stop_url: str, week: Sequence[str] = (), thanks: Sequence[tuple[str, str]] = ()
) -> Words:
    """The weekly mail: what the week was worth, and the seal that a mailbox keeps as a witness.

    ``week`` are sentences about what she has; ``thanks`` what creators said, as (name, words), to whoever asked to read
    it here.
    """
    day = f"{to_datetime(seal.signed_at):%Y-%m-%d}"  # in UTC, as the note says it
    said = {"programme": seal.programme, "day": day, "size": f"{seal.size:,}", "note": seal.note.rstrip()}
    text = (
        _("""this is the seal of the books of %(programme)s on %(day)s. They hold
%(size)s records by now, yours among them.

Please keep this mail; you need not do anything else with it. Your mailbox
is a witness: should anybody change or drop one of these records later, the
books would not fit this seal any more, and everybody could see it.

A statement can be checked on your own computer, with nobody's help:
fanshare verify STATEMENT

The seal proves the sums and that nothing recorded was changed. It does not
prove that the shop reported every order.

%(note)s
""")
        % said
    )
    news = "".join(f"{textwrap.fill(one, 75)}\n\n" for one in (*week, *_thanks(_, thanks)))
    return Words(
        _("The books of %(programme)s on %(day)s") % said,
        f"{greeting(_, name)}\n\n{news}{text}\n--\n{stop_line(_, stop_url)}",
    )


def test(host: str) -> Words:
    """The mail of ``fanshare mail test``."""
    return Words(f"Mail works at {host}", f"Hello,\n\nthis mail was sent by fanshare at {host}: sending works.\n")


def greeting(_: Say, name: str) -> str:
    """How a mail begins."""
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")


def filled(piece: str) -> str:
    """A sentence in short lines; an address below it stays whole."""
    words, line, url = piece.rpartition("\n")
    return f"{textwrap.fill(words, 75)}\n{url}" if line else textwrap.fill(piece, 75)


def stop_line(_: Say, url: str) -> str:
    """Where such mails are stopped."""
    return _("No more of these mails: %(url)s") % {"url": url} + "\n"


def _thanks(_: Say, said: Sequence[tuple[str, str]]) -> list[str]:
    return [
        _("%(creator)s thanks you: “%(words)s”") % {"creator": name or _("A creator"), "words": words}
        for name, words in said
    ]
