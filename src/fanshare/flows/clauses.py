"""The rules that read contracts and drafts of posts, read once from the files that lie beside the core."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from fanshare.core.workbench.clause_rules import Rules, rules_of
from fanshare.core.workbench.disclosure import Disclosures, disclosures_of


@cache
def rules() -> Rules:
    """The rules about contracts that are in force."""
    return rules_of(_file("clauses.toml"))


@cache
def disclosures() -> Disclosures:
    """What there is to say about advertising labels, by country and platform."""
    return disclosures_of(_file("disclosure.toml"))


def _file(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("fanshare.core").joinpath("data", name).read_text("utf-8"))
