"""What a shop sells, as a creator may show it on her page: checked, whoever tells it."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from fanshare.core.currencies import EXPONENTS
from fanshare.core.errors import BadInputError
from fanshare.core.money import MAX_MICROS, Micros

LONGEST_ID, LONGEST_TITLE, LONGEST_ADDRESS = 200, 300, 2_048


@dataclass(frozen=True, slots=True)
class Product:
    """One product. ``external_id`` is the shop's own; ``picture`` is where its picture lies, or empty.

    ``price`` is in micros of ``currency``; without one, ``currency`` is empty too. ``gone``: no longer sold at all.
    """

    external_id: str
    title: str
    url: str
    price: Micros | None = None
    currency: str = ""
    sold_out: bool = False
    picture: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A product that was not taken: where it stood (rows count from 1), its id as far as it is known, and why.

    ``code`` is stable, ``problem`` a sentence; ``error`` is the same with its figures apart, for other languages.
    """

    row: int
    external_id: str
    code: str
    problem: str
    error: BadInputError | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, row: int, external_id: str, error: BadInputError) -> "Refused":
        """Why a row was not taken."""
        return cls(row, external_id[:LONGEST_ID], error.code, error.message, error)


@dataclass(frozen=True, slots=True)
class Told:
    """What a file or a program told: products with the rows where they stood, what was refused, columns not read."""

    products: tuple[tuple[int, Product], ...] = ()
    refused: tuple[Refused, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(slots=True)
class Taking:
    """Products as they are told, one by one: each is sound, and told once."""

    kept: dict[str, tuple[int, Product]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, row: int, external_id: str, error: BadInputError) -> None:
        """Write down why a row was not taken."""
        self.refused.append(Refused.of(row, external_id, error))

    def take(self, row: int, product: Product) -> None:
        """Keep a product. Raises ``BadInputError`` as ``checked``, ``twice``."""
        if product.external_id in self.kept:
            first = self.kept[product.external_id][0]
            raise BadInputError("twice", "This product stands in row %(first)s already.", first=first)
        self.kept[product.external_id] = (row, checked(product))

    def told(self, ignored: tuple[str, ...] = ()) -> Told:
        """All of it."""
        return Told(tuple(self.kept.values()), tuple(self.refused), ignored)


def checked(product: Product) -> Product:
    """The product, its title on one line. Whether its address is the shop's is somebody else's question.

    Raises ``BadInputError``: ``bad_product_id``, ``bad_title``, ``bad_destination``, ``bad_price``,
    ``unknown_currency``, ``bad_picture_address``.
    """
    title = " ".join(product.title.split())
    if not 1 <= len(product.external_id) <= LONGEST_ID or not product.external_id.isprintable():
        raise BadInputError("bad_product_id", "A product has an id of 1 to %(most)s characters.", most=LONGEST_ID)
    if not 1 <= len(title) <= LONGEST_TITLE or not title.isprintable():
        raise BadInputError("bad_title", "A product has a title of 1 to %(most)s characters.", most=LONGEST_TITLE)
    if not 1 <= len(product.url) <= LONGEST_ADDRESS:
        raise BadInputError("bad_destination", "A product has an address in the shop, such as https://shop.example/a.")
    if product.price is not None and product.currency not in EXPONENTS:
        raise BadInputError("unknown_currency", "A price has a currency of ISO 4217, such as EUR.")
    if product.price is not None and not 0 <= product.price <= MAX_MICROS:
        raise BadInputError("bad_price", "A price is not below zero, and no larger than the books can hold.")
    if product.picture and not _is_address(product.picture):
        raise BadInputError("bad_picture_address", "A picture's address begins with https:// and names a host.")
    return replace(product, title=title, currency="" if product.price is None else product.currency)


def _is_address(text: str) -> bool:
    """Whether a text can be the address of a picture; where it leads is judged when it is fetched."""
    if len(text) > LONGEST_ADDRESS or any(char <= " " or char == "\\" for char in text) or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname) and "@" not in parts.netloc
