"""The rules of the clause checker, read once from the file that lies beside the core."""

import tomllib
from functools import cache
from importlib import resources

from fanshare.core.workbench.clause_rules import Rules, rules_of


@cache
def rules() -> Rules:
    """The rules that are in force."""
    text = resources.files("fanshare.core").joinpath("data", "clauses.toml").read_text("utf-8")
    return rules_of(tomllib.loads(text))
