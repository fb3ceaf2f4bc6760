"""Just enough of GraphQL to answer as a strict server does: selections are executed, unknown names are errors.

Source: GraphQL specification, October 2021, sections 2 (language), 5.3 (field validation) and 6 (execution).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r'\.\.\.|"[^"]*"|[A-Za-z_]\w*|\d+|[{}():!,$\[\]=]')

type Types = Mapping[str, Mapping[str, Mapping[str, Any]]]


class QueryError(Exception):
    """What a server answers to a query that its schema does not allow."""


@dataclass
class Field:
    """A selected field. ``on`` is the type of the fragment it stands in, if it stands in one."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)
    selection: list["Field"] = field(default_factory=list)
    on: str = ""


@dataclass
class _Reader:
    tokens: list[str]
    variables: Mapping[str, Any]
    at: int = 0

    def take(self, wanted: str = "") -> str:
        token = self.tokens[self.at]
        if wanted and token != wanted:
            raise QueryError(f"expected {wanted}, found {token}")
        self.at += 1
        return token

    @property
    def next(self) -> str:
        return self.tokens[self.at]

    def operation(self) -> tuple[str, list[Field]]:
        kind = self.take()
        while self.next != "{":
            self.take()
        return kind, self.selection()

    def selection(self, on: str = "") -> list[Field]:
        self.take("{")
        found: list[Field] = []
        while self.next != "}":
            if self.next == "...":
                self.take()
                self.take("on")
                found += self.selection(self.take())
            else:
                found.append(self.field(on))
        self.take("}")
        return found

    def field(self, on: str) -> Field:
        name = self.take()
        args = self.arguments() if self.next == "(" else {}
        return Field(name, args, self.selection() if self.next == "{" else [], on)

    def arguments(self) -> dict[str, Any]:
        self.take("(")
        args: dict[str, Any] = {}
        while self.next != ")":
            name = self.take()
            self.take(":")
            args[name] = self.value()
            if self.next == ",":
                self.take()
        self.take(")")
        return args

    def value(self) -> Any:
        token = self.take()
        if token == "$":
            name = self.take()
            if name not in self.variables:
                raise QueryError(f"the variable ${name} was not given")
            return self.variables[name]
        return int(token) if token.isdigit() else token.strip('"')


@dataclass
class Executor:
    """Executes one request. ``root`` answers the fields of ``QueryRoot`` and ``Mutation`` by name and arguments."""

    types: Types
    root: Callable[[str, dict[str, Any]], Any]
    names: set[str] = field(default_factory=set)

    def run(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data. Raises ``QueryError``."""
        reader = _Reader(_TOKEN.findall(text), variables)
        kind, selection = reader.operation()
        type_name = {"query": "QueryRoot", "mutation": "Mutation"}[kind]
        self._validate(type_name, selection)
        data: dict[str, Any] = {}
        for one in selection:
            wanted = self._checked(type_name, one)
            data[one.name] = self._complete(wanted, one, self.root(one.name, one.args))
        return data

    def _validate(self, type_name: str, selection: list[Field]) -> None:
        """Every selected field must exist, also where the data holds nothing to show for it."""
        for one in selection:
            if one.name != "__typename":
                self._validate(self._checked(type_name, one), one.selection)

    def _checked(self, type_name: str, one: Field) -> str:
        """The type of a field, which must exist and know its arguments."""
        known = self.types.get(one.on or type_name, {}).get(one.name)
        if known is None:
            raise QueryError(f"Field '{one.name}' doesn't exist on type '{one.on or type_name}'")
        if unknown := set(one.args) - set(known["args"]):
            raise QueryError(f"Field '{one.name}' doesn't accept argument '{unknown.pop()}'")
        self.names.add(f"{one.on or type_name}.{one.name}")
        return str(known["type"])

    def _complete(self, type_name: str, one: Field, value: Any) -> Any:
        if type_name not in self.types:
            if one.selection:
                raise QueryError(f"Field '{one.name}' has no fields of its own")
            return value
        if not one.selection:
            raise QueryError(f"Field '{one.name}' must have selections")
        if value is None:
            return None
        if type_name.endswith("Connection") and isinstance(value, list):
            value = _page(value, one.args)
        if isinstance(value, list):
            return [self._object(type_name, one.selection, item) for item in value[: one.args.get("first")]]
        return self._object(type_name, one.selection, value)

    def _object(self, type_name: str, selection: list[Field], value: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in selection:
            if one.name == "__typename":
                found["__typename"] = value["__typename"]
            elif not one.on or one.on == value.get("__typename"):
                found[one.name] = self._complete(self._checked(type_name, one), one, value.get(one.name))
        return found


def _page(items: list[Any], args: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a connection; the cursor is the place in the list."""
    if "first" not in args:
        raise QueryError("you must provide one of first or last")
    start = int(args.get("after") or 0)
    end = start + args["first"]
    more = end < len(items)
    return {"nodes": items[start:end], "pageInfo": {"hasNextPage": more, "endCursor": str(end) if more else None}}
