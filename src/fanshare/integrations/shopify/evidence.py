"""What in a Shopify order points to a creator or a fan: the cart attribute, codes, the landing address, the referrer.

Unreadable evidence is no evidence, never an error: an order must not be lost over it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fanshare.core.old_links import in_address
from fanshare.core.orders import Evidence
from fanshare.integrations.evidence import click_ids, folded_codes, kept_clicks, path_ids, query_id

#: Cart attributes with the whole path, and with a single click. A leading underscore hides one at the checkout.
_PATHS = ("fs_path", "_fs_path")
_SINGLES = ("fs", "fs_click", "_fs_click")


def evidence_of(document: Mapping[str, Any]) -> Evidence:
    """Clicks in the order the shop saw them, codes trimmed and case-folded.

    The path in the cart attribute comes first, then single ids: of the cart, of the landing address (``fs``, then
    ``utm_id``), of the referring address.
    """
    attributes = _dicts(document.get("note_attributes"))
    noted = {name: item.get("value") for item in attributes if isinstance(name := item.get("name"), str)}
    path = [one for name in _PATHS for one in path_ids(noted.get(name))]
    landing, referrer = document.get("landing_site"), document.get("referring_site")
    singles = [noted.get(name) for name in _SINGLES]
    singles += [query_id(landing, "fs"), query_id(landing, "utm_id"), query_id(referrer, "fs")]
    return Evidence(
        clicks=kept_clicks(click_ids([*path, *singles])),
        codes=folded_codes(_codes(document)),
        whole_path=bool(click_ids(path)),
        old_links=in_address(landing),
    )


def _codes(document: Mapping[str, Any]) -> Iterator[object]:
    """Codes the buyer typed. Scripts, automatic and manual discounts are nobody's; old versions list codes alone."""
    applied = list(_dicts(document.get("discount_applications")))
    if applied:
        yield from (item.get("code") for item in applied if item.get("type") == "discount_code")
    else:
        yield from (item.get("code") for item in _dicts(document.get("discount_codes")))


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
