"""The words of the mails about a change of address. ``_`` translates, as in ``letters``."""

from fanshare.flows.letters import Say, Words


def confirm(_: Say, url: str, host: str) -> Words:
    """To the new address: the link that confirms it."""
    return Words(
        _("Is this your new address at %(host)s?") % {"host": host},
        _("""Hello,

somebody who is signed in at %(host)s wants to use this address from now
on. This link shows one button that confirms it; it works for a day:

%(url)s

It was not you? Then do nothing; nothing changes without that button.
""")
        % {"host": host, "url": url},
    )


def taken(_: Say, url: str, host: str) -> Words:
    """To the new address, which is somebody's here already."""
    return Words(
        _("Your address at %(host)s") % {"host": host},
        _("""Hello,

somebody who is signed in at %(host)s wants to use this address from now
on. It is known here already, so nothing was changed. If it was you, sign
in with this address:

%(url)s

It was not you? Then there is nothing to do.
""")
        % {"host": host, "url": url},
    )


def changed(_: Say, url: str, host: str) -> Words:
    """To the old address: it was changed, and how that is undone."""
    return Words(
        _("Your address at %(host)s was changed") % {"host": host},
        _("""Hello,

your account at %(host)s has another address now, and everybody who was
signed in was signed out. You can't sign in with this address any more.

Was it you? Then there is nothing to do.

It was not you? This link shows one button that takes it back; it works for
72 hours:

%(url)s

Until then nobody can name another account for your money, make credit of
it, or end your account.
""")
        % {"host": host, "url": url},
    )
