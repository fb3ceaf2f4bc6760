"""Requests that one can copy: for curl and for the Python client, with values that the description allows."""

import json
import pprint
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fanshare.web.described.reading import Operation, Schema, resolved

#: Whole bodies, where the description leaves open what an order or terms look like.
_BODIES: Mapping[str, Mapping[str, Any]] = {
    "report_an_order": {
        "order_id": "1042",
        "status": "captured",
        "currency": "EUR",
        "ordered_at": "2026-11-25T10:02:00Z",
        "lines": [{"id": "1", "net": "59.00"}],
        "codes": ["CLEO10"],
    },
    "check_terms": {"document": {"commission": [{"id": "standard", "percent": "12"}]}},
    "add_terms": {"document": {"commission": [{"id": "standard", "percent": "12"}]}},
    "patch_target": {"on": True},
}
#: What usually stands in a field of this name.
_VALUES: Mapping[str, Any] = {
    "creator": "cleo",
    "name": "Cleo",
    "email": "cleo@example.org",
    "party": "cleo",
    "destination": "https://shop.example/shirt",
    "url": "https://shop.example/shirt",
    "country": "DE",
    "platform": "instagram",
    "text": "CLEO10",
    "title": "Linen shirt",
    "group": "friends",
    "basis_points": 2000,
    "reason": "The order was a test.",
    "number": "1042",
    "id": "1042",
    "product": "1042",
    "since": "2026-11-01",
    "until": "2026-11-30",
    "state": "paused",
    "first": "0",
    "fan": "fan-0042",
    "target": "target-1",
    "code": "cleo-shirt",
}
#: Within something of this name, where the usual value would mislead.
_WITHIN: Mapping[tuple[str, str], Any] = {("label", "text"): "Ad", ("add_a_target", "url"): "https://erp.example/told"}
_FALLBACKS = ("1042", "cleo", "2026-11-25T10:02:00Z", "https://shop.example/shirt", "EUR")


def body_of(operation: Operation, components: Mapping[str, Schema]) -> Any:
    """What an example of this operation sends; ``None`` where it takes nothing."""
    if operation.body is None:
        return None
    return _BODIES.get(operation.id) or _value(operation.id, operation.id, operation.body, components)


def arguments_of(operation: Operation, components: Mapping[str, Schema], place: str) -> dict[str, Any]:
    """Values for the parameters that an example needs, by name; ``place`` is ``path`` or ``query``."""
    return {
        one["name"]: _value(operation.id, one["name"], one["schema"], components)
        for one in operation.parameters
        if one["in"] == place and one.get("required")
    }


def curl(operation: Operation, components: Mapping[str, Schema], base: str) -> str:
    """The request as a command of the shell. ``base`` is the address of this site without a slash at its end."""
    path = operation.path.format(**arguments_of(operation, components, "path"))
    query = urlencode(arguments_of(operation, components, "query"))
    lines = [f"curl -X {operation.method} '{base}{path}{'?' if query else ''}{query}'"]
    lines.append("  -H 'Authorization: Bearer fsk_...'")
    if operation.method != "GET":
        lines.append(f"  -H 'Idempotency-Key: {_key(operation)}'")
    body = body_of(operation, components)
    if body is not None:
        lines += ["  -H 'Content-Type: application/json'", f"  -d '{json.dumps(body)}'"]
    return " \\\n".join(lines)


def python(operation: Operation, components: Mapping[str, Schema], base: str) -> str:
    """The same request by the Python client."""
    group = re.sub(r"\W+", "_", operation.group.lower())
    body = body_of(operation, components)
    given = [f"{value!r}" for value in arguments_of(operation, components, "path").values()]
    given.append("client=client")
    given += [f"{name}={value!r}" for name, value in arguments_of(operation, components, "query").items()]
    lines = [
        "from fanshare_client import AuthenticatedClient",
        f"from fanshare_client.api.{group} import {operation.id}",
    ]
    if operation.body is not None:
        model = str(operation.body["$ref"]).rpartition("/")[2]
        lines.append(f"from fanshare_client.models import {model}")
        written = pprint.pformat(body, width=76, sort_dicts=False)
        lines += ["", f"body = {model}.from_dict({written})"]
        given.append("body=body")
    if operation.method != "GET":
        given.append(f"idempotency_key={_key(operation)!r}")
    lines += ["", f'client = AuthenticatedClient("{base}", token="fsk_...")']
    return "\n".join([*lines, f"answer = {operation.id}.sync_detailed({', '.join(given)})", ""])


def _key(operation: Operation) -> str:
    return f"{operation.id.replace('_', '-')}-1"


def _value(within: str, name: str, schema: Schema, components: Mapping[str, Schema]) -> Any:
    """A value that the schema allows, and that somebody may mean."""
    plain = resolved(schema, components)
    if "properties" in plain:
        return {
            one: _value(within if name == within else name, one, plain["properties"][one], components)
            for one in plain.get("required", ())
        }
    if plain.get("type") == "array":
        return [_value(within, name, plain["items"], components)]
    wished = [_WITHIN.get((within, name)), _VALUES.get(name), *plain.get("enum", ()), plain.get("const")]
    return next(
        (one for one in (*wished, *_FALLBACKS) if one is not None and _allowed(one, plain)), plain.get("minimum", 1)
    )


def _allowed(value: Any, schema: Schema) -> bool:
    """Whether a simple value is one of the schema's."""
    if "enum" in schema or "const" in schema:
        return value in schema.get("enum", [schema.get("const")])
    if schema.get("type") != "string":
        wanted = {"integer": int, "number": int, "boolean": bool}.get(str(schema.get("type")))
        return wanted is None or type(value) is wanted
    return isinstance(value, str) and re.search(schema.get("pattern", ""), value) is not None
