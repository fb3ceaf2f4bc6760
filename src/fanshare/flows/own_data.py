"""A copy of what is kept about somebody, and leaving: her key is destroyed, the books stay as they are."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.core.money import format_micros
from fanshare.core.payee_account import masked, unpacked
from fanshare.core.tax import forms as tax
from fanshare.flows import (
    claim_papers,
    passkeys,
    payees,
    payout_calls,
    posts,
    questions,
    second_factor,
    self_billing,
    tax_kept,
)
from fanshare.flows.address_change import refuse_if_changed, underway
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.leaving import counts_until
from fanshare.flows.people import erase
from fanshare.flows.staff import known_account
from fanshare.store.access import Access, Connection
from fanshare.store.queries import (
    circle,
    creator_pages,
    fellows,
    foreign_links,
    gifts,
    goals,
    leaving,
    letters,
    media_kits,
    off_hours,
    own_data,
    payout_runs,
    provider_links,
    shelves,
    shop_credits,
    thanks,
    workbench,
    workbench_papers,
)
from fanshare.store.queries import dpi as dpi_rows
from fanshare.store.queries import payees as payee_rows
from fanshare.store.queries import tax_forms as tax_rows

FORMAT = "fanshare-own-data/1"
_MOST_THANKS = 10_000
_MOST_SAID = 1_000
_MOST_CREDITS = 10_000
_MOST_GIFTS = 10_000


def copy(
    programme: Programme,
    party: int,
    now: Instant,
    *,
    whole: bool = True,
    picture_at: Callable[[int, str], str] = lambda _, name: name,
) -> dict[str, Any]:
    """Everything about a person behind a party, as a document. What she earned and why is in her statement.

    ``picture_at`` says where she gets a picture of a post, by the post's number and the picture's name. Unless
    ``whole`` accounts for her money are masked.

    Raises ``BadInputError`` (``nobody_there``).
    """
    access = programme.access
    row = own_data.party(access, party)
    if row is None or row.person is None:
        raise BadInputError("nobody_there", "Nothing is kept about anybody behind this account.", 404)
    account = known_account(programme.keys, programme.vault.get(row.person, "email"))
    return {
        "format": FORMAT,
        "made_at": format_rfc3339(now),
        "you": {
            "role": row.kind,
            "id": row.public_id,
            "name": row.name,
            "page": row.slug,
            "since": format_rfc3339(row.since),
        },
        "kept_sealed": _kept(programme, row.person, whole=whole),
        "links": [
            {"code": code, "leads_to": where, "name": name, "label": label, "since": format_rfc3339(at)}
            for code, where, name, label, at in own_data.links(access, party)
        ],
        "credits": [_credit(one) for one in shop_credits.of_party(access, party, _MOST_CREDITS)],
        "gifts": _gifts(access, party, row.kind),
        "goals": [_goal(one) for one in goals.of_creator(access, party, limit=_MOST_GIFTS)],
        "leaves": _leaves(programme, party),
        "payouts_stopped": payout_runs.stopped(access, party),
        "tax_forms": [_form(one) for one in tax_rows.of(access, [party]).get(party, [])],
        "reported_to_tax_authority": [_reported(one) for one in dpi_rows.shares(access, None, [party])],
        "accounts": [_account(one) for one in payee_rows.alive(access, party)],
        "credit_notes": [_credit_note(one) for one in self_billing.of_payee(programme, party, _MOST_CREDITS)],
        "codes": [{"code": shown, "since": format_rfc3339(at)} for shown, at in own_data.codes(access, party)],
        "page": _page(access, party),
        "posts": _posts(programme, party, picture_at),
        **_thanked_and_written_to(access, party),
        "questions": [
            {"in": where, "at": format_rfc3339(said.row.at), "by_creator": said.row.by_creator, "words": said.words}
            for where, said in questions.copied(programme, party, row.kind, _MOST_SAID)
        ],
        "workbench": own_books(access.conn, account),
        "off_hours": off_hours.get(access, party)._asdict(),
        "safety": safety(access.conn, programme.keys, account),
        "change_of_address": change_of_address(access.conn, programme.keys, account, now),
        **_reads(own_data.mail(access, party)),
    }


def _reads(mail: own_data.MailRow) -> dict[str, Any]:
    """How she is written to and reads."""
    return {
        "weekly_mail_stopped_at": None if mail.stopped_at is None else format_rfc3339(mail.stopped_at),
        "news_by_mail": mail.pace,
        "language_of_mail": mail.language,
        "reads_in": {"time_zone": mail.zone, "currency_first": mail.currency},
    }


def _reported(one: dpi_rows.ShareRow) -> dict[str, Any]:
    """By quarter what a platform for several brands reported that she got."""
    return {
        "year": one.year,
        "currency": one.currency,
        "paid": [*map(format_micros, one.considerations)],
        "sales": [*one.activities],
        "fees": [*map(format_micros, one.fees)],
        "taxes": [*map(format_micros, one.taxes)],
    }


def _leaves(programme: Programme, party: int) -> dict[str, Any] | None:
    asked = leaving.asked(programme.access, party)
    if asked is None:
        return None
    return {
        "asked": format_rfc3339(asked.at),
        "orders_until": format_rfc3339(counts_until(programme, party, asked.at)),
    }


def _thanked_and_written_to(access: Access, party: int) -> dict[str, Any]:
    """What creators thanked her for, whose thanks she does not want, and when the brand wrote to her."""
    return {
        "thanks_to_you": [
            {"from": row.creator, "at": format_rfc3339(row.at)}
            for row in thanks.received(access, party, put_away=True, limit=_MOST_THANKS)
        ],
        "letters_of_the_brand": [format_rfc3339(at) for at in letters.of_party(access, party)],
        "fan_without_a_link_of": [
            {"creator": name, "since": format_rfc3339(at)} for name, at in circle.of_fan(access, party)
        ],
        "no_thanks_from": [
            {"creator": name, "since": format_rfc3339(at)} for name, at in thanks.blocked(access, party)
        ],
    }


def _kept(programme: Programme, person: int, *, whole: bool) -> list[dict[str, str]]:
    """What lies in her vault and is not told elsewhere, where it belongs to something."""
    kept = []
    for kind, written_at in own_data.items(programme.access, person):
        if kind.startswith(posts.KINDS):
            continue
        if kind.startswith(payout_calls.SEALED):  # the account once more, as it is being sent
            continue
        content = programme.vault.get(person, kind) or b""
        if kind.startswith(claim_papers.SEALED):  # the photo or PDF itself
            content = b64encode(content[1:])
        if kind.startswith(tax_kept.SEALED) and content and not whole:
            content = tax.masked(tax.unpacked(content)).encode()
        if kind.startswith(payees.SEALED) and content and not whole:
            content = masked(unpacked(content)).encode()
        if kind.startswith(self_billing.SEALED) and not whole:  # where she lives, and her tax number
            content = b"..."
        kept.append({"what": kind, "since": format_rfc3339(written_at), "content": content.decode("utf-8", "replace")})
    return kept


def _credit(one: shop_credits.Credit) -> dict[str, Any]:
    return {
        "code": one.shown,
        "amount": format_micros(one.amount),
        "currency": one.currency,
        "state": one.state,
        "since": format_rfc3339(one.created_at),
    }


def _credit_note(one: self_billing.Document) -> dict[str, Any]:
    """One by its number; the document itself is under Credit notes."""
    return {
        "number": f"{one.bill.year}-{one.bill.serial}" if one.paper is None else one.paper.number,
        "amount": format_micros(one.bill.amount),
        "currency": one.bill.currency,
        "takes_one_back": one.bill.cancels is not None,
        "made_at": format_rfc3339(one.bill.made_at),
    }


def _gifts(access: Access, party: int, kind: str) -> list[dict[str, Any]]:
    """What she gave, with the creator's name; or what she was given, without a word of who gave it."""
    if kind == "creator":
        return [_gift(one.gift) for one in gifts.received(access, party, limit=_MOST_GIFTS)]
    return [{"to": one.creator, **_gift(one.gift)} for one in gifts.sent(access, party, limit=_MOST_GIFTS)]


def _goal(one: goals.GoalRow) -> dict[str, Any]:
    return {
        "title": one.title,
        "words": one.words,
        "target": format_micros(one.target),
        "currency": one.currency,
        "opened_at": format_rfc3339(one.opened_at),
        "ends_at": format_rfc3339(one.ends_at),
    }


def _gift(one: gifts.GiftRow) -> dict[str, Any]:
    return {
        "amount": format_micros(one.amount),
        "currency": one.currency,
        "state": one.state,
        "at": format_rfc3339(one.given_at),
    }


def _account(one: payee_rows.Named) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "currency": one.currency,
        "since": format_rfc3339(one.set_at),
        "paid_to_from": format_rfc3339(one.usable_at),
    }


def _form(one: tax_rows.FormRow) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "signed_at": format_rfc3339(one.signed_at),
        "counts_until": None if one.ends_at is None else format_rfc3339(one.ends_at),
        "refused": one.refused_why,
    }


def own_books(conn: Connection, account: bytes | None) -> dict[str, Any] | None:
    """That she keeps books of her own, and since when. What stands in them only she can read, and copy, there."""
    kept = None if account is None else workbench.find(conn, account)
    if account is None or kept is None:
        return None
    return {
        "since": format_rfc3339(kept.made_at),
        "sealed_entries": workbench.count(conn, account),
        "sealed_receipts": len(workbench_papers.ids(conn, account)),
        "copy": "/workbench/copy",
    }


def change_of_address(conn: Connection, keys: Keys, account: bytes | None, now: Instant) -> dict[str, Any] | None:
    """A change of her address that waits to be confirmed, or can still be undone."""
    found = None if account is None else underway(conn, keys, account, now)
    return None if found is None else {"to": found.new, "done": found.done, "until": format_rfc3339(found.until)}


def safety(conn: Connection, keys: Keys, account: bytes | None) -> dict[str, Any] | None:
    """What she has besides her mailbox. What a passkey or an app keeps secret is not here, or sealed for ever."""
    if account is None:
        return None
    factor, since = second_factor.state_of(conn, account), provider_links.linked_at(conn, account)
    return {
        "app": factor.app,
        "recovery_codes_left": factor.recovery_left,
        "signs_in_by_a_provider_since": None if since is None else format_rfc3339(since),
        "passkeys": [
            {
                "name": one.name,
                "since": format_rfc3339(one.made_at),
                "last_used": None if one.used_at is None else format_rfc3339(one.used_at),
                "stopped": None if one.stopped_at is None else format_rfc3339(one.stopped_at),
                "opens_her_books": one.opens_books,
            }
            for one in passkeys.of_account(conn, keys, account)
        ],
    }


def _page(access: Access, party: int) -> dict[str, Any]:
    """What she wrote on her page, with her picture as base64 of a WebP file."""
    written = creator_pages.page(access, party)
    hung = creator_pages.picture(access, written.picture) if written.picture else None
    return {
        "words": written.words,
        "sections": [{"heading": heading, "words": words} for heading, words in written.sections],
        "products": [{"section": one.heading, "title": one.title} for one in shelves.placed(access, party)],
        "links_to_other_sites": [
            {"section": one.heading, "words": one.words, "address": one.address, "label": one.label}
            for one in foreign_links.of_page(access, party)
        ],
        "picture": "" if hung is None else b64encode(hung.content).decode(),
        "picture_shows": written.alt,
        "seen_by_other_creators": fellows.is_seen(access, party),
        "media_kit": _kit(access, party),
    }


def _kit(access: Access, party: int) -> dict[str, Any] | None:
    """Her media kit with what the statements in it said."""
    kit = media_kits.of(access, party)
    if kit is None:
        return None
    return {
        "address": kit.token,
        "with_her_name": kit.named,
        "with_the_worth_of_goods": kit.goods,
        "for_search_engines": kit.listed,
        "statements": [
            {
                "log": one.source.log,
                "programme": one.source.programme,
                "as_of": format_rfc3339(one.source.as_of),
                "clicks": one.clicks,
                "orders_after_clicks": one.clicked,
                "sold": [sold._asdict() | {"goods": format_micros(sold.goods)} for sold in one.source.sold],
            }
            for one in media_kits.sources(access, party)
        ],
    }


def _posts(programme: Programme, party: int, picture_at: Callable[[int, str], str]) -> list[dict[str, Any]]:
    """What she wrote for her fans. Pictures may be many and large: each is named by its address, where she gets it."""
    return [
        {
            "post": one.row.id,
            "title": one.title,
            "words": one.words,
            "label": "" if one.label is None else one.label.label,
            "written_at": format_rfc3339(one.row.written_at),
            "changed_at": format_rfc3339(one.row.changed_at),
            "shown_since": None if one.row.shown_at is None else format_rfc3339(one.row.shown_at),
            "pictures": [{"at": picture_at(one.row.id, each.row.name), "shows": each.shows} for each in one.pictures],
        }
        for one in posts.copied(programme, party, posts.MOST_POSTS)
    ]


def leave(programme: Programme, party: int, now: Instant) -> None:
    """Erase the person behind a party at her own wish.

    Raises ``BadInputError`` (``nobody_there``), and for 72 hours after a change of address ``ConflictError``
    (``address_changed``).
    """
    with programme.access.transaction():
        refuse_if_changed(programme.access, programme.keys, party, now)  # it could not be undone
        erase(programme, party, now)
        noted(programme.access, "account.leave", now)
