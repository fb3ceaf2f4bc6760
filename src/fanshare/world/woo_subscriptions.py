"""The part of the small WooCommerce where webhooks are listed, made and changed, as REST API v3 does it."""

import json
from typing import Any

from fanshare.world.woo_server import Answer, Asked, json_answer

_NO_WEBHOOK = {"code": "woocommerce_rest_shop_webhook_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}


class Webhooks:
    """The webhooks of one shop. As in the real thing a secret goes in and never comes out."""

    def __init__(self) -> None:
        self.kept: dict[int, dict[str, Any]] = {}
        self.secrets: dict[int, str] = {}

    def disable(self, topic: str) -> None:
        """What WooCommerce does after more than five failed deliveries in a row."""
        for one in self.kept.values():
            if one["topic"] == topic:
                one["status"] = "disabled"

    def answer(self, asked: Asked) -> Answer:
        """Answer under ``webhooks`` and ``webhooks/{id}``."""
        number = asked.path.partition("/")[2]
        if not number:
            return self._list(asked) if asked.method == "GET" else self._write(len(self.kept) + 1, asked, 201)
        if not number.isdecimal() or int(number) not in self.kept:
            return json_answer(404, _NO_WEBHOOK)
        return self._write(int(number), asked, 200)

    def _list(self, asked: Asked) -> Answer:
        size, page = int(asked.query.get("per_page", "10")), int(asked.query.get("page", "1"))
        return json_answer(200, list(self.kept.values())[(page - 1) * size : page * size])

    def _write(self, number: int, asked: Asked, status: int) -> Answer:
        given = json.loads(asked.body or b"{}")
        if "secret" in given:
            self.secrets[number] = given.pop("secret")
        self.kept[number] = {"id": number, "status": "active", **self.kept.get(number, {}), **given}
        return json_answer(status, self.kept[number])
