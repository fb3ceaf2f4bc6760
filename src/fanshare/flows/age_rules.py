"""From which age somebody may join, read once from the file that lies beside the core."""

import tomllib
from functools import cache
from importlib import resources

from fanshare.core.ages import Ages, ages_of


@cache
def ages() -> Ages:
    """The ages by country."""
    return ages_of(tomllib.loads(resources.files("fanshare.core").joinpath("data", "ages.toml").read_text("utf-8")))
