"""The products on her page: found in the catalogue, put into sections, ordered, taken off. All of it by forms."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseRedirect

from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import shelves
from fanshare.flows.authorisation import Role
from fanshare.store.queries import foreign_links, products, returns, selling
from fanshare.store.queries import shelves as stored
from fanshare.store.queries.products import ProductRow
from fanshare.store.queries.shelves import Placed, Shelf
from fanshare.web.came_back import told
from fanshare.web.desk import Here
from fanshare.web.goods import picture_of
from fanshare.web.pages_port import PublicPicture
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: Products of the catalogue that a search shows.
_FOUND = 20
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Section:
    """A section as she arranges it, each product with its picture."""

    shelf: Shelf
    goods: tuple[tuple[Placed, PublicPicture | None], ...]
    #: How many links to other sites stand in it.
    elsewhere: int


@seated("creator.page", Role.CREATOR, form=True)
def goods(here: Here) -> Any:
    """Her sections of products, and a search in the catalogue."""
    sought = here.request.GET.get("q", "").strip().replace("\x00", "")[:_LONGEST]
    if here.request.method != "POST":
        return _page(here, sought)
    try:
        _do(here)
    except FanshareError as error:
        return _page(here, sought, problem=plain(error))
    query = urlencode({"kept": "1", **({"q": sought} if sought else {})})
    return HttpResponseRedirect(f"{here.request.path}?{query}")


def _do(here: Here) -> None:
    """What a button says: a verb, and the numbers of what it is about, such as ``up 3 17``."""
    verb, *numbers = field(here, "do").split() or [""]
    if not all(one.isascii() and one.isdigit() and len(one) <= 18 for one in numbers):
        raise BadInputError("bad_field", "This button is none of this page; open it again.")
    match (verb, *map(int, numbers)):
        case ("add", int(product)):
            shelf = field(here, "shelf")
            new = shelves.Adding(
                product,
                int(shelf) if shelf.isascii() and shelf.isdigit() and len(shelf) <= 18 else 0,
                field(here, "heading"),
                field(here, "country"),
            )
            shelves.add(here.programme, here.me, new, here.now, here.desk.destinations)
        case ("up" | "down", int(shelf_), int(product)):
            shelves.move(here.programme, here.me, shelf_, product, -1 if verb == "up" else 1)
        case ("off", int(shelf_), int(product)):
            shelves.take_off(here.programme, here.me, shelf_, product)
        case ("shelf-up" | "shelf-down", int(shelf_)):
            shelves.move_shelf(here.programme, here.me, shelf_, -1 if verb == "shelf-up" else 1)
        case ("rename", int(shelf_)):
            shelves.rename(here.programme, here.me, shelf_, field(here, "heading"))
        case ("drop", int(shelf_)):
            shelves.drop(here.programme, here.me, shelf_)
        case _:
            raise BadInputError("bad_field", "This button is none of this page; open it again.")


def _page(here: Here, sought: str, *, problem: str = "") -> Any:
    placed = stored.placed(here.access, here.me)
    found = products.listed(here.access, text=sought, state="there", limit=_FOUND + 1)
    mine, sections = {one.product for one in placed}, _sections(here, placed)
    context = {
        "sought": sought,
        "sections": sections,
        "found": [(row, row.id in mine, _picture(here, row)) for row in found[:_FOUND]],
        "came_back": _came_back(here),
        "more": len(found) > _FOUND,
        "countries": ad_labels.COUNTRIES.values(),
        "country": field(here, "country") or stored.last_country(here.access, here.me) or here.tenant.country,
        "has_shop": bool(selling.shops(here.access)[0]),
        "full": len(placed) >= shelves.MOST_PRODUCTS,
        "most": shelves.MOST_PRODUCTS,
        "may_begin": len(sections) < shelves.MOST_SHELVES,
        "problem": problem,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "creator/goods.html", context, status=422 if problem else 200)


def _sections(here: Here, placed: list[Placed]) -> list[Section]:
    by = {shelf: tuple(group) for shelf, group in groupby(placed, lambda one: one.shelf)}
    links = Counter(one.shelf for one in foreign_links.of_page(here.access, here.me))
    return [
        Section(one, tuple((each, picture_of(here.tenant.slug, each)) for each in by.get(one.id, ())), links[one.id])
        for one in stored.shelves(here.access, here.me)
    ]


def _came_back(here: Here) -> Callable[[str, str], str]:
    """Says of a product, by its shop and id, how often it came back: nothing where the brand doesn't let her see it."""
    if not returns.are_shown(here.access):
        return lambda _shop, _product: ""
    counted = here.desk.returns(here.programme, here.tenant, here.now)
    return lambda shop, product: told(counted.of(shop, product))


def _picture(here: Here, row: ProductRow) -> str:
    return f"/picture/{here.tenant.slug}/{row.picture}" if row.picture else ""
