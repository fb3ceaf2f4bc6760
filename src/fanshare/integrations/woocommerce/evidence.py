"""What in a WooCommerce order points to a creator or a fan: click ids in meta data, coupon codes.

WooCommerce's own order attribution (core since 8.5) keeps ``utm_id`` and the landing address with its ``fs=``; our
small plugin adds ``fs_path``, the whole append-only list. Unreadable evidence is no evidence, never an error: an
order must not be lost over it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fanshare.core.orders import Evidence
from fanshare.integrations import json_input as read

#: The list in the cart keeps the first id and the last nineteen.
MAX_CLICKS = 20
MAX_CODES = 20

_CLICK = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def evidence_of(document: Mapping[str, Any]) -> Evidence:
    """Clicks in the order the shop saw them, codes trimmed and case-folded."""
    meta = {str(item.get("key")): item.get("value") for item in read.objects(document, "meta_data")}
    path = _path(meta.get("fs_path"))
    singles = (_landing(meta.get("_wc_order_attribution_session_entry")), meta.get("_wc_order_attribution_utm_id"))
    clicks = _clicks([*path, *singles])
    return Evidence(
        clicks=clicks if len(clicks) <= MAX_CLICKS else (clicks[0], *clicks[1 - MAX_CLICKS :]),
        codes=_codes(read.objects(document, "coupon_lines")),
        whole_path=bool(_clicks(path)),
    )


def _path(value: object) -> list[object]:
    """The ids of ``fs_path``: a JSON list, or separated by commas."""
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        return []
    if value.lstrip().startswith("["):
        try:
            listed = json.loads(value)
        except (ValueError, RecursionError):
            return []
        return listed if isinstance(listed, list) else []
    return [part.strip() for part in value.split(",")]


def _landing(value: object) -> str:
    """The last ``fs`` in the query of the session's first address."""
    if not isinstance(value, str):
        return ""
    try:
        return parse_qs(urlsplit(value).query).get("fs", [""])[-1]
    except ValueError:
        return ""


def _clicks(values: Iterable[object]) -> tuple[str, ...]:
    good = (value for value in values if isinstance(value, str) and _CLICK.fullmatch(value))
    return tuple(dict.fromkeys(good))


def _codes(coupons: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    codes = (coupon["code"].strip().casefold() for coupon in coupons if isinstance(coupon.get("code"), str))
    return tuple(dict.fromkeys(code[:100] for code in codes if code))[:MAX_CODES]
