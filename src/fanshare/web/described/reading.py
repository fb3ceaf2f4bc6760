"""An OpenAPI description taken apart into what a page shows: operations by group, fields, shapes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from fanshare.web.language import gettext as _

type Schema = Mapping[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a field: its name, what may stand in it (HTML), whether it has to be there, what it means."""

    name: str
    kind: Markup
    required: bool
    about: Markup


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; ``scope`` is what a key needs for it, ``body`` the schema of what it takes, if it takes anything.

    ``gives`` says what comes back with ``status`` (HTML), and is empty where nothing does.
    """

    id: str
    group: str
    method: str
    path: str
    scope: str
    summary: str
    about: Markup
    parameters: tuple[Mapping[str, Any], ...]
    fields: tuple[Field, ...]
    takes: Markup
    body: Schema | None
    status: str
    gives: Markup


@dataclass(frozen=True, slots=True)
class Shape:
    """An object of the description and its fields."""

    name: str
    about: Markup
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """``groups`` are the operations by their group, in the order of the description."""

    version: str
    groups: Mapping[str, Sequence[Operation]]
    shapes: Sequence[Shape]
    components: Mapping[str, Schema]


def read(schema: Mapping[str, Any], scopes: Mapping[str, str]) -> Described:
    """Take a description apart. ``scopes`` names what a key needs, by the id of the operation."""
    components: Mapping[str, Schema] = schema["components"]["schemas"]
    groups: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method in (one for one in _METHODS if one in methods):
            made = _operation(path, method, methods[method], components, scopes)
            groups.setdefault(made.group, []).append(made)
    shapes = [
        Shape(name, coded(one.get("description", "")), tuple(_fields(one, components)))
        for name, one in sorted(components.items())
        if "properties" in one
    ]
    return Described(str(schema["info"]["version"]), groups, shapes, components)


def resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """What a schema means where it only refers to another one, or to another one or nothing."""
    if "$ref" in schema:
        return resolved(components[_name(schema)], components)
    for way in ("allOf", "anyOf"):
        options = [one for one in schema.get(way, ()) if one.get("type") != "null"]
        if len(options) == 1:
            return resolved(options[0], components)
    return schema


def coded(text: str) -> Markup:
    """A description as HTML: what stands between backticks is code, nothing else means anything."""
    parts = escape(" ".join(text.split())).replace("``", "`").split("`")
    odd = Markup("<code>{}</code>")
    return Markup("").join(odd.format(part) if n % 2 else part for n, part in enumerate(parts))


def kind(schema: Schema, components: Mapping[str, Schema]) -> Markup:
    """What may stand there, in words; an object is a link to its shape."""
    if any(one.get("type") == "null" for one in schema.get("anyOf", ())):
        return escape(_("%(what)s, or null")) % {"what": kind(resolved(schema, components), components)}
    if "$ref" in schema and "properties" in components[_name(schema)]:
        return Markup('<a href="#{name}"><code>{name}</code></a>').format(name=_name(schema))
    plain = resolved(schema, components)
    if plain is not schema:
        return kind(plain if "properties" not in plain else _reference(schema), components)
    if options := schema.get("anyOf") or schema.get("oneOf"):
        *first, last = (kind(one, components) for one in options)
        return escape(_("%(these)s or %(last)s")) % {"these": Markup(", ").join(first), "last": last}
    if "const" in schema or "enum" in schema:
        values = schema.get("enum") or [schema["const"]]
        return Markup(", ").join(Markup("<code>{}</code>").format(_written(value)) for value in values)
    if schema.get("type") == "array":
        return escape(_("list of %(what)s")) % {"what": kind(schema.get("items", {}), components)}
    return escape(_simple(schema))


def _simple(schema: Schema) -> str:
    """A value that has no parts."""
    known = {
        "integer": _("whole number"),
        "number": _("number"),
        "boolean": _("true or false"),
        "object": _("object"),
        "string": _("text"),
    }
    if schema.get("format") == "date-time":
        return _("time (RFC 3339)")
    said = known.get(str(schema.get("type", "")), _("anything"))
    least = schema.get("minimum", schema.get("minLength"))
    most = schema.get("maximum", schema.get("maxLength"))
    if most is None:
        return said
    if schema.get("type") == "string":
        return _("text, at most %(most)s characters") % {"most": most}
    return _("%(what)s, %(least)s to %(most)s") % {"what": said, "least": least or 0, "most": most}


def _operation(
    path: str, method: str, told: Schema, components: Mapping[str, Schema], scopes: Mapping[str, str]
) -> Operation:
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    status, answer = next((code, one) for code, one in told["responses"].items() if str(code).startswith("2"))
    given = answer.get("content", {}).get("application/json", {}).get("schema")
    parameters = tuple(one for one in told.get("parameters", ()) if one["name"])
    summary = str(told.get("summary", told["operationId"]))
    return Operation(
        id=told["operationId"],
        group=told["tags"][0],
        method=method.upper(),
        path=path,
        scope=scopes.get(told["operationId"], ""),
        summary=summary,
        about=coded(told.get("description", "")),
        parameters=parameters,
        fields=tuple(_field(one["name"], one, one["schema"], components) for one in parameters),
        takes=kind(body, components) if body else Markup(),
        body=body,
        status=str(status),
        gives=kind(given, components) if given else Markup(),
    )


def _fields(shape: Schema, components: Mapping[str, Schema]) -> Iterator[Field]:
    required = set(shape.get("required", ()))
    for name, one in shape["properties"].items():
        yield _field(name, {"required": name in required, "description": one.get("description", "")}, one, components)


def _field(name: str, told: Schema, schema: Schema, components: Mapping[str, Schema]) -> Field:
    return Field(name, kind(schema, components), bool(told.get("required")), coded(str(told.get("description") or "")))


def _name(schema: Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _reference(schema: Schema) -> Schema:
    """The reference itself, out of an ``allOf`` or ``anyOf`` around it."""
    if "$ref" in schema:
        return schema
    options = [one for way in ("allOf", "anyOf") for one in schema.get(way, ()) if one.get("type") != "null"]
    return _reference(options[0])


def _written(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
