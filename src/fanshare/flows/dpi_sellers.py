"""Who got what in a year in all programmes for several brands, and who they are: read for a report alone.

What somebody signed comes out of the vault here. Whoever calls this has asked the reader again who she is.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fanshare.config.keys import Keys
from fanshare.core.instants import Instant
from fanshare.core.payee_account import Kind, unpacked
from fanshare.core.tax.dpi.figures import Figures, figures
from fanshare.core.tax.dpi.sellers import Bank, Excluded, Identity, Lack, Part, Seller, identity_of, merged
from fanshare.core.tax.paid import payments
from fanshare.core.tax.rules import Country, Report
from fanshare.flows import payees, tax_years
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.staff import known_account
from fanshare.flows.tax_kept import contents
from fanshare.flows.tax_rules import rules
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.queries import dpi as rows
from fanshare.store.queries import payout_runs, tax_forms, tax_payees, tenants
from fanshare.store.queries import tax_years as year_rows

_AT_ONCE = 500


class Sellers(NamedTuple):
    """A year: who is reported, who would be if nothing was missing, who is not and why. By key, in its order."""

    reported: dict[str, Seller]
    lacking: dict[str, tuple[Seller, tuple[Lack, ...]]]
    excluded: dict[str, tuple[Seller, Excluded]]


def gather(conn: Connection, keys: Keys, actor: str, country: Country, report: Report, year: int) -> Sellers:
    """Everybody who got something in a calendar year, as it is counted in the country of whoever reports."""
    parts: list[Part] = []
    for tenant in directory.programmes(conn):
        access = Access(conn, tenant.id, actor)
        if tenant.several_brands and tenants.newest_version(access):  # without terms nobody earned anything
            parts += _parts(open_programme(access, tenant.public_id, keys), country, report, year)
    found = Sellers({}, {}, {})
    union = rules().union
    for key, seller in sorted(merged(parts).items()):
        if (why := seller.excluded(union)) is not None:
            found.excluded[key] = (seller, why)
        elif lacks := seller.lacks:
            found.lacking[key] = (seller, lacks)
        else:
            found.reported[key] = seller
    return found


def of_parties(
    access: Access, country: Country, report: Report, year: int, parties: Sequence[int]
) -> dict[int, Figures]:
    """What parties of one programme got in a year, without who they are."""
    moves, of = year_rows.movements(access, parties), year_rows.beside(access, parties)
    ways = year_rows.ways(access, parties)
    return {
        party: figures(access.programme_id, payments(party, moves.get(party, []), of), report, country, year, ways)
        for party in parties
    }


def _parts(programme: Programme, country: Country, report: Report, year: int) -> list[Part]:
    """A slice of payees at a time, so that no more than a few lives of money are in memory."""
    access = programme.access
    since, until = tax_years.bounds(country, year)
    found: list[Part] = []
    after = 0
    while parties := tax_payees.found(access, since, until, after=after, limit=_AT_ONCE):
        got = of_parties(access, country, report, year, parties)
        who, accounts = _identities(programme, parties, until), _accounts(programme, parties)
        banks = _banks(programme, parties, since, until)
        for party in parties:
            identity, signed_at = who.get(party, (None, 0))
            found.append(
                Part(
                    access.programme_id,
                    party,
                    got[party],
                    identity,
                    signed_at,
                    accounts.get(party, ""),
                    banks.get(party, frozenset()),
                )
            )
        after = parties[-1]
    return found


def _identities(
    programme: Programme, parties: Sequence[int], until: Instant
) -> dict[int, tuple[Identity | None, Instant]]:
    """By party who she is by the form of hers that counts, or counted when she was erased."""
    standing = {}
    for party, forms in tax_forms.of(programme.access, parties).items():
        good = [row for row in forms if row.refused_at is None and (row.ends_at is None or row.ends_at >= until)]
        if good and not (forms[-1].refused_at is not None and forms[-1].left_at is None):
            standing[party] = good[-1]
    said = contents(programme, [*standing.values()])
    return {party: (identity_of(said[row.id]), row.signed_at) for party, row in standing.items() if row.id in said}


def _accounts(programme: Programme, parties: Sequence[int]) -> Mapping[int, str]:
    """By party what stands for the address that she signs in with."""
    people = payout_runs.people(programme.access, set(parties))
    known = programme.vault.get_many((person, "email") for person in people.values())
    found = {}
    for party, person in people.items():
        account = known_account(programme.keys, known.get((person, "email")))
        if account is not None:
            found[party] = account.hex()
    return found


def _banks(programme: Programme, parties: Sequence[int], since: Instant, until: Instant) -> dict[int, frozenset[Bank]]:
    """By party the accounts that she was paid to; one that was erased since is left out."""
    pairs = rows.accounts(programme.access, parties, since, until)
    people = payout_runs.people(programme.access, {party for party, _ in pairs})
    wanted = {(people[party], payees.sealed_kind(account)): party for party, account in pairs if party in people}
    found: dict[int, set[Bank]] = {}
    for place, content in programme.vault.get_many(wanted).items():
        account = unpacked(content)
        kind = "IBAN" if account.kind is Kind.IBAN else "Other"
        found.setdefault(wanted[place], set()).add(Bank(account.number, kind, account.holder))
    return {party: frozenset(banks) for party, banks in found.items()}
