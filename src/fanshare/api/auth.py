"""How a request says which key it has."""

from typing import Any

from ninja.security import HttpBearer

from fanshare.api.gate import Desk, enter


class KeyAuth(HttpBearer):
    """``Authorization: Bearer fsk_...``; what it finds is put beside the request as a desk."""

    openapi_description = "A key of one programme, made with `fanshare api-key make`."

    def __call__(self, request: Any) -> Any:
        """The desk of the request, before anything else of it is read. Raises ``FanshareError``."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self.authenticate(request, token.strip() if scheme.casefold() == "bearer" else "")

    def authenticate(self, request: Any, token: str) -> Desk:
        """The desk of whoever holds this key."""
        return enter(request, token)
