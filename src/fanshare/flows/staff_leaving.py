"""What is kept about somebody who looks after others' things, and her own way out: a brand's person, an operator.

Whoever is the last who can let others in hands over first: a programme without an owner, or an installation without an
operator, could be helped only from the command line.
"""

from typing import Any

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.flows import audit, own_data, parting
from fanshare.flows.address_change import refuse_if_account_changed
from fanshare.flows.context import pseudonym
from fanshare.flows.sign_in import sessions
from fanshare.flows.staff import PURPOSE, account_of, folded, known_account
from fanshare.store.access import Access, Connection
from fanshare.store.queries import staff as rows
from fanshare.store.vault import Vault

#: Lines of what she did that a copy holds at most, the newest.
MOST_LINES = 10_000


def copy_of_brand_person(access: Access, keys: Keys, id_: int, now: Instant) -> dict[str, Any]:
    """Everything about somebody of a brand, as a document. Raises ``BadInputError`` (``nobody_there``)."""
    row = rows.brand_person(access, id_)
    if row is None:
        raise _nobody()
    vault = Vault(access, keys)
    kept = [(kind, at, vault.get(row.person, kind) or b"") for kind, at in rows.sealed(access, row.person)]
    return {
        **_about(access.conn, keys, vault.get(row.person, "email"), now),
        "you": {"role": "brand", "post": row.post, "since": format_rfc3339(row.since)},
        "kept_sealed": [
            {"what": kind, "since": format_rfc3339(at), "content": content.decode("utf-8", "replace")}
            for kind, at, content in kept
        ],
        "mail": {
            "language": row.language,
            "stopped_at": None if row.mail_stopped is None else format_rfc3339(row.mail_stopped),
        },
        "reads_in": {"time_zone": row.zone, "currency_first": row.currency},
        "what_you_did": _done(access.conn, f"brand:{id_}", access.programme_id),
    }


def copy_of_operator(conn: Connection, keys: Keys, id_: int, now: Instant) -> dict[str, Any]:
    """Everything about an operator, as a document. Raises ``BadInputError`` (``nobody_there``)."""
    row = rows.operator(conn, id_)
    if row is None:
        raise _nobody()
    address = keys.unseal(PURPOSE, row.sealed, row.account).decode()
    return {
        **_about(conn, keys, address.encode(), now),
        "you": {"role": "operator", "since": format_rfc3339(row.since)},
        "kept_sealed": [{"what": "email", "since": format_rfc3339(row.since), "content": address}],
        "what_you_did": _done(conn, f"operator:{id_}", None),
    }


def leave_brand(access: Access, public_id: str, keys: Keys, id_: int, now: Instant) -> None:
    """She looks after this programme no longer, at her own wish; her address is destroyed with her key.

    Of two owners who leave at the same moment one stays. Raises ``ConflictError``: ``last_owner``,
    ``address_changed`` (72 hours long, for it could not be undone); ``BadInputError`` (``nobody_there``).
    """
    with access.transaction():
        row = rows.brand_person(access, id_)
        if row is None:
            raise _nobody()
        if rows.locked_owners(access) == [id_]:
            said = "You are the only owner. Let another owner in first, under Team; then you can leave."
            raise ConflictError("last_owner", said)
        address = (Vault(access, keys).get(row.person, "email") or b"").decode()
        refuse_if_account_changed(access.conn, account_of(keys, address), now)
        audit.noted(access, "account.leave", now, f"brand person {id_}")
        parting.end_brand_person(access, public_id, keys, address, now)


def leave_operator(conn: Connection, keys: Keys, id_: int, now: Instant) -> None:
    """She runs this installation no longer, at her own wish. Errors as ``leave_brand``; ``last_operator``."""
    with conn.transaction():
        running = rows.locked_operators(conn)
        row = rows.operator(conn, id_)
        if row is None:
            raise _nobody()
        if running == [id_]:
            said = "You are the only operator. Let another one in first, under People; then you can leave."
            raise ConflictError("last_operator", said)
        refuse_if_account_changed(conn, row.account, now)
        audit.note(conn, f"operator:{id_}", "account.leave", now, about=f"operator {id_}")
        parting.end_operator(conn, keys, keys.unseal(PURPOSE, row.sealed, row.account).decode(), now, f"operator:{id_}")


def end_colleague(access: Access, public_id: str, keys: Keys, address: str, now: Instant) -> None:
    """An owner ends somebody of her brand; never the last owner, nor two owners each other at the same moment.

    Raises ``ConflictError`` (``last_owner``), ``BadInputError`` (``unknown_address``).
    """
    with access.transaction():
        owners = rows.locked_owners(access)
        hash_ = pseudonym(keys, public_id, "email", folded(address))
        if len(owners) == 1 and rows.with_hash(access, hash_) == owners[0]:
            raise ConflictError("last_owner", "She is the only owner; let another owner in first.")
        parting.end_brand_person(access, public_id, keys, address, now)


def _about(conn: Connection, keys: Keys, address: bytes | None, now: Instant) -> dict[str, Any]:
    """What hangs on an address, as in the copy of a creator or fan."""
    account = known_account(keys, address)
    return {
        "format": own_data.FORMAT,
        "made_at": format_rfc3339(now),
        "safety": own_data.safety(conn, keys, account),
        "change_of_address": own_data.change_of_address(conn, keys, account, now),
        "workbench": own_data.own_books(conn, account),
        "signed_in_on": []
        if account is None
        else [
            {"device": one.device, "since": format_rfc3339(one.began_at)} for one in sessions(conn, keys, account, now)
        ],
    }


def _done(conn: Connection, actor: str, programme: int | None) -> list[dict[str, str]]:
    return [
        {"at": format_rfc3339(at), "what": what, "about": about}
        for at, what, about in rows.done(conn, actor, programme, MOST_LINES)
    ]


def _nobody() -> BadInputError:
    return BadInputError("nobody_there", "Nothing is kept about anybody behind this account.", 404)
