"""Founding a programme: what is typed about a brand, checked, and its log opened."""

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, zone
from fanshare.core.money import exponent
from fanshare.flows import tax_forms
from fanshare.flows.audit import note
from fanshare.flows.people import slug_of
from fanshare.flows.staff import add_brand_person
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.directory import NewProgramme, Programme


def checked(
    name: str, currency: str, country: str, time_zone: str, *, slug: str = "", contact: str = "", demo: bool = False
) -> NewProgramme:
    """A programme as it would be founded.

    Raises ``BadInputError``: ``bad_name``, ``bad_slug``, ``bad_country``, and those of currencies and time zones.
    """
    short = slug or slug_of(name)
    if not 1 <= len(name.strip()) <= 200 or "\x00" in name + contact:
        raise BadInputError("bad_name", "A programme's name has 1 to 200 characters.")
    if not short or short != slug_of(short):
        raise BadInputError("bad_slug", "The short name may hold a to z, 0 to 9 and hyphens: say one with --slug.")
    exponent(currency.upper())
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise BadInputError("bad_country", "A country has two letters, such as DE.")
    zone(time_zone)
    return NewProgramme(short, name.strip(), country.upper(), currency.upper(), time_zone, contact.strip(), demo=demo)


def found(conn: Connection, keys: Keys, new: NewProgramme, now: Instant, actor: str, *, owner: str = "") -> Programme:
    """Found a programme, perhaps with the address of its owner. Raises ``ConflictError``, ``BadInputError``."""
    with conn.transaction():
        made = directory.found_programme(conn, new, now, actor)
        if not new.demo:
            access = Access(conn, made.id, actor)
            tax_forms.begin(access, new.country, several_brands=new.several_brands, now=now)
        if owner:
            add_brand_person(Access(conn, made.id, actor), made.public_id, keys, owner, now)
        note(conn, actor, "programme.found", now, about=made.slug, programme=made.id)
    return made
