"""The rules of tax law by country and year, read once from the files that lie beside the core."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from fanshare.core.tax.rules import Rules, rules_of
from fanshare.core.workbench.aside_rules import Country, tables_of


@cache
def rules() -> Rules:
    """The rules that are in force, and those of earlier years."""
    return rules_of(_file("tax.toml"))


@cache
def set_aside() -> dict[str, Country]:
    """What creators have to put aside, by country."""
    return tables_of(_file("set_aside.toml"))


def _file(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("fanshare.core").joinpath("data", name).read_text("utf-8"))
