"""Mails that tell an owner what was changed about the safety of her account, so that she notices what was not she.

They go to the address that the account had at that moment. ``_`` translates, as in ``letters``.
"""

import json
from collections.abc import Mapping

from fanshare.config.keys import Keys
from fanshare.core.instants import Instant
from fanshare.core.marks import later
from fanshare.flows import outbox
from fanshare.flows.letters import Say, Words
from fanshare.flows.signed_in import Owner
from fanshare.store.access import Connection

#: What was done -> the subject, and the sentence that begins the mail.
_SAID: Mapping[str, tuple[str, str]] = {
    "factor.on": (
        later("An authenticator app was set up at %(host)s"),
        later("an authenticator app was set up for your account at %(host)s."),
    ),
    "factor.off": (
        later("The authenticator app was taken away at %(host)s"),
        later("the authenticator app was taken away from your account at %(host)s."),
    ),
    "factor.codes": (
        later("Fresh recovery codes at %(host)s"),
        later("your account at %(host)s got fresh recovery codes. Those of before don't work\nany more."),
    ),
    "factor.recovery": (
        later("A recovery code was used at %(host)s"),
        later("a recovery code of your account at %(host)s was used; it works no more."),
    ),
    "factor.lost": (
        later("App, passkeys and recovery codes were taken away at %(host)s"),
        later("whoever runs %(host)s took the authenticator app, passkeys and recovery\ncodes of your account away."),
    ),
    "passkey.add": (
        later("A passkey was added at %(host)s"),
        later("a passkey was added to your account at %(host)s."),
    ),
    "passkey.remove": (
        later("A passkey was removed at %(host)s"),
        later("a passkey was removed from your account at %(host)s."),
    ),
    "provider.connect": (
        later("Another way to sign in was connected at %(host)s"),
        later("your account at %(host)s was connected with a provider, which can sign\nyou in from now on."),
    ),
    "provider.disconnect": (
        later("A way to sign in was ended at %(host)s"),
        later("the connection of your account at %(host)s with a provider was ended."),
    ),
    "payee.currency": (
        later("Another currency for your payments at %(host)s"),
        later("another currency was chosen for what a brand pays you at %(host)s.\nWhere it goes has not changed."),
    ),
    "workbench.passkey": (
        later("A passkey opens your books at %(host)s"),
        later("a passkey of yours was let open your books at %(host)s."),
    ),
    "workbench.passkey_end": (
        later("A passkey opens your books at %(host)s no longer"),
        later("a passkey of yours opens your books at %(host)s no longer."),
    ),
    "workbench.passphrase": (
        later("Another passphrase for your books at %(host)s"),
        later("the passphrase of your books at %(host)s was changed."),
    ),
    "workbench.code": (
        later("Another recovery code for your books at %(host)s"),
        later("your books at %(host)s got another recovery code. The one of before\nopens nothing any more."),
    ),
    "workbench.recover": (
        later("The recovery code of your books was used at %(host)s"),
        later(
            "your books at %(host)s were opened by their recovery code, and got another\npassphrase and another code."
        ),
    ),
    "passkey.stop": (
        later("A passkey was stopped at %(host)s"),
        later(
            "a passkey of your account at %(host)s was stopped: it counted backwards,\n"
            "so that somebody may have a copy. Nobody was let in by it. Remove it, and\nadd another one."
        ),
    ),
}


def tell(conn: Connection, keys: Keys, owner: Owner, what: str, now: Instant, which: str = "") -> None:
    """Have it mailed, where her address is known; ``which`` keeps two of a kind at one moment apart."""
    if owner.address:
        content = {"what": what, "address": owner.address, "language": owner.language}
        key = keys.fingerprint("safety mail", json.dumps([owner.account.hex(), what, now, which]).encode()).hex()
        outbox.put(conn, keys, outbox.SAFETY, key, content, now)


def words(_: Say, what: str, url: str, host: str) -> Words:
    """The mail. ``url`` leads to what stands under Safety."""
    subject, sentence = (_(text) % {"host": host} for text in _SAID[what])
    text = _("""Hello,

%(sentence)s

Was it you? Then there is nothing to do.

It was not you? Sign in, look under Safety, end what you do not know, and
tell whoever runs this site:

%(url)s
""") % {"sentence": sentence, "url": url}
    return Words(subject, text)
