"""The words of our mails: pure functions from facts to a subject and plain text. No HTML, nothing to load."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from fanshare.core.instants import Instant, to_datetime


@dataclass(frozen=True, slots=True)
class Words:
    """A subject and a text, lines of at most some 75 characters where they are ours to break."""

    subject: str
    text: str


def sign_in(url: str, host: str) -> Words:
    """The link that signs in."""
    return Words(
        f"Your link to sign in at {host}",
        f"""Hello,

this link signs you in at {host}. It works once, for 15 minutes:

{url}

You did not ask for it? Then do nothing; without the link nobody gets in.
""",
    )


def join(url: str, programme: str, *, as_fan: bool) -> Words:
    """The link that confirms that somebody wants to join."""
    what = "get your own link" if as_fan else "join as a creator"
    return Words(
        f"One step left at {programme}",
        f"""Hello,

you asked to {what} at {programme}. This link shows one
button that confirms it; it works for a day:

{url}

It was not you? Then do nothing; nobody joins without that button.
""",
    )


def answered(programme: str, url: str, *, accepted: bool, words: str) -> Words:
    """The answer to an application. ``words`` are the brand's own, and may be empty."""
    said = f"They write:\n\n{words.strip()}\n\n" if words.strip() else ""
    if accepted:
        return Words(
            f"{programme} says yes",
            f"""Hello,

{programme} has accepted you as a creator. Sign in with this address to
make your first link:

{url}

{said}There is no minimum: the first sale earns.
""",
        )
    return Words(
        f"{programme} has answered",
        f"""Hello,

{programme} has not accepted your application this time.

{said}What you wrote was deleted with this answer. You may apply again.
""",
    )


def of_brand(programme: str, name: str, subject: str, text: str, stop_url: str) -> Words:
    """What a brand writes to several of its creators, in its own words."""
    return Words(
        f"{programme}: {subject}",
        f"""{f"Hello {name}" if name else "Hello"},

{text.strip()}

--
{programme} writes this to you because you are a creator there.
No more of these mails: {stop_url}
""",
    )


def paused(programme: str, name: str, url: str, stop_url: str) -> Words:
    """What links and codes earn has stopped, for the month's budget is reached."""
    return Words(
        f"{programme}: your links pause until next month",
        f"""{f"Hello {name}" if name else "Hello"},

{programme} has reached its budget for this month. From now on links lead
to the shop as before, but new clicks and codes earn nothing until the month
is over, or until the budget is raised. It has nothing to do with you.

What you have earned stays yours and is paid. An order counts as well if its
click came before the pause. Please do not send links around meanwhile:
{url}

We write again when they count.

--
No more of these mails: {stop_url}
""",
    )


def going_on(programme: str, name: str, url: str, stop_url: str) -> Words:
    """Links and codes earn again."""
    return Words(
        f"{programme}: your links count again",
        f"""{f"Hello {name}" if name else "Hello"},

links and codes of {programme} earn again from now on. They are the same
as before; you need not change anything:
{url}

--
No more of these mails: {stop_url}
""",
    )


@dataclass(frozen=True, slots=True)
class Seal:
    """The newest signed state of a programme's books. ``note`` is the signed note itself (C2SP)."""

    programme: str
    size: int
    note: str
    signed_at: Instant


def weekly(seal: Seal, name: str, stop_url: str, thanks: Sequence[tuple[str, str]] = ()) -> Words:
    """The weekly seal: what a mailbox keeps as a witness that nothing was changed afterwards.

    ``thanks``: what creators said, as (name, words), to whoever asked to read it here.
    """
    day = f"{to_datetime(seal.signed_at):%a %-d %b %Y}"
    greeting = f"Hello {name}," if name else "Hello,"
    return Words(
        f"The books of {seal.programme} on {day}",
        f"""{greeting}

{_thanks(thanks)}this is the seal of the books of {seal.programme} on {day}. They hold
{seal.size:,} records by now, yours among them.

Please keep this mail; you need not do anything else with it. Your mailbox
is a witness: should anybody change or drop one of these records later, the
books would not fit this seal any more, and everybody could see it.

A statement can be checked on your own computer, with nobody's help:
fanshare verify STATEMENT

The seal proves the sums and that nothing recorded was changed. It does not
prove that the shop reported every order.

{seal.note.rstrip()}

--
No more of these mails: {stop_url}
""",
    )


def test(host: str) -> Words:
    """The mail of ``fanshare mail test``."""
    return Words(f"Mail works at {host}", f"Hello,\n\nthis mail was sent by fanshare at {host}: sending works.\n")


def _thanks(said: Sequence[tuple[str, str]]) -> str:
    quotes = (textwrap.fill(f"{name or 'A creator'} thanks you: \u201c{words}\u201d", 75) for name, words in said)
    return "".join(f"{quote}\n\n" for quote in quotes)
