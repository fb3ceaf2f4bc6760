"""What in a WooCommerce order points to a creator or a fan: click ids in meta data, coupon codes.

WooCommerce's own order attribution (core since 8.5) keeps ``utm_id`` and the landing address with its ``fs=``; our
small plugin adds ``_fs_path``, the whole append-only list, which a theme may write as ``fs_path``. Unreadable evidence
is no evidence, never an error: an order must not be lost over it.
"""

from collections.abc import Mapping
from typing import Any

from fanshare.core.old_links import in_address
from fanshare.core.orders import Evidence
from fanshare.integrations import json_input as read
from fanshare.integrations.evidence import click_ids, folded_codes, kept_clicks, path_ids, query_id


def evidence_of(document: Mapping[str, Any]) -> Evidence:
    """Clicks in the order the shop saw them, codes trimmed and case-folded."""
    meta = {str(item.get("key")): item.get("value") for item in read.objects(document, "meta_data")}
    path = path_ids(meta.get("_fs_path") or meta.get("fs_path"))
    landing = query_id(meta.get("_wc_order_attribution_session_entry"), "fs")
    clicks = click_ids([*path, landing, meta.get("_wc_order_attribution_utm_id")])
    return Evidence(
        clicks=kept_clicks(clicks),
        codes=folded_codes(coupon.get("code") for coupon in read.objects(document, "coupon_lines")),
        whole_path=bool(click_ids(path)),
        old_links=in_address(meta.get("_wc_order_attribution_session_entry")),
    )
