"""The public API: operations, errors and description put together. Mounted under ``/api/v1``.

Importing this needs Django to be set up (``fanshare.config.django.configure``).
"""

from typing import Any

from ninja import NinjaAPI, Router

from fanshare.api import (
    assets,
    books,
    claims,
    credit_codes,
    events,
    expenses,
    giving,
    payouts,
    people,
    products,
    programme,
    targets,
)
from fanshare.api.auth import KeyAuth
from fanshare.api.handlers import install
from fanshare.api.problems import TITLES
from fanshare.api.shapes import Problem
from fanshare.api.writing import HEADER
from fanshare.flows.authorisation import API

VERSION = "1.0.0"
_ROUTERS: tuple[Router, ...] = (
    programme.router,
    people.router,
    assets.router,
    products.router,
    books.router,
    payouts.router,
    expenses.router,
    claims.router,
    credit_codes.router,
    giving.router,
    events.router,
    targets.router,
)
_ABOUT = """
Everything that fanshare knows about a programme, and everything a program may do in it.

* A key belongs to one programme and has scopes: `Authorization: Bearer fsk_...`.
* Ids are strings. Money is micros (millionths of the currency's major unit) in a string, beside its currency.
* Lists come in pages: go on with `cursor` while there is a `next_cursor`. A page may be shorter than `limit`.
* A request that changes something may carry an `Idempotency-Key`; the same request then has the same answer, for ever.
* Errors are `application/problem+json` with a stable `code`.
"""


class Api(NinjaAPI):
    """The API, whose every operation may answer with a problem."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        """The name of an operation in the description: what generated clients call it (``list_orders``)."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """The description, in which problems have their own media type, and what changes something takes a key."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        for path in schema["paths"].values():
            for method, operation in path.items():
                _describe(method, operation)
        return schema

    def scopes(self) -> dict[str, str]:
        """Which scope a key needs, by the id of the operation."""
        views: list[Any] = [
            operation.view_func
            for router in _ROUTERS
            for path in router.path_operations.values()
            for operation in path.operations
        ]
        return {view.__name__: API[view.operation].value for view in views}


def make_api() -> Api:
    """The API with all its operations. One per process: the framework keeps a register of names."""
    api = Api(
        title="fanshare", version=VERSION, description=_ABOUT, docs_url=None, auth=KeyAuth(), urls_namespace="api-1"
    )
    for router in _ROUTERS:
        api.add_router("", router)
    install(api)
    return api


def _describe(method: str, operation: dict[str, Any]) -> None:
    for status, title in TITLES.items():
        shape = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        operation["responses"].setdefault(status, {"description": title, "content": shape})
    if method != "get":
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)


_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "Any text of yours, new for every request that means something new.",
}
