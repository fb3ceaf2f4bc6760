"""What holds for every test: loopback only, three hypothesis profiles, shared fixtures where they exist."""

import importlib.util
import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from tests.support import effort, loopback

#: Fixtures of the rooms live beside their helpers; a plugin is loaded when its module is there.
_FIXTURES = ("tests.support.postgres",)
pytest_plugins = [name for name in _FIXTURES if importlib.util.find_spec(name) is not None]

# Deadlines and the slowness check are off because two cores are shared by the workers: speed is the benchmarks'
# business. No example database, so that a run depends on the code alone; a failure prints what reproduces it. CI tries
# the same examples for the same code, so that a change is judged by itself; at a desk and in a soak they vary.
settings.register_profile(
    "ci",
    deadline=None,
    database=None,
    print_blob=True,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("dev", parent=settings.get_profile("ci"), max_examples=50, derandomize=False)
settings.register_profile("soak", parent=settings.get_profile("ci"), max_examples=effort.effort(100), derandomize=False)


def _profile() -> str:
    if effort.factor() > 1:
        return "soak"
    return "ci" if os.environ.get("CI") else "dev"


PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or _profile()
settings.load_profile(PROFILE)
loopback.install()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was tried, so that a green run can't be taken for more than it was."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    sized = sum("soak_sized" in getattr(report, "keywords", ()) for report in reports)
    terminalreporter.write_line(
        f"tried: {len(reports)} tests, {sized} of them sized (x {effort.factor()}); properties by profile "
        f"{PROFILE!r}, {settings().max_examples} examples unless one says otherwise"
    )
    counts = [value for report in reports for name, value in report.user_properties if name == "tried"]
    tried = sum((Counter(one) for one in counts), Counter[str]())
    if tried:
        terminalreporter.write_line(
            "of these: " + "; ".join(f"{count} {what}" for what, count in sorted(tried.items()))
        )
