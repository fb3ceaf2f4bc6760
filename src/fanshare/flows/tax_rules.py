"""The rules of tax law by country and year, read once from the file that lies beside the core."""

import tomllib
from functools import cache
from importlib import resources

from fanshare.core.tax.rules import Rules, rules_of


@cache
def rules() -> Rules:
    """The rules that are in force, and those of earlier years."""
    return rules_of(tomllib.loads(resources.files("fanshare.core").joinpath("data", "tax.toml").read_text("utf-8")))
