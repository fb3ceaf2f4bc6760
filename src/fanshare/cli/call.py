"""One call of the command line: the settings, the output, an open installation, a chosen programme.

Nothing here knows how a command line is read, so that what serves and works can do without it (``cli/lean.py``).
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fanshare.cli.output import Out

if TYPE_CHECKING:
    from fanshare.config.settings_env import Settings
    from fanshare.config.wiring import Installation
    from fanshare.core.instants import Instant
    from fanshare.flows.context import Programme
    from fanshare.store.access import Access
    from fanshare.store.directory import Programme as Tenant

ACTOR = "cli"


@dataclass
class Session:
    """One call of the command line. Nothing is opened before it is asked for."""

    environ: Mapping[str, str]
    home: Path | None = None
    slug: str = ""
    json: bool = False
    log_json: bool = False

    @cached_property
    def out(self) -> Out:
        """Where results go."""
        return Out(self.json)

    @cached_property
    def settings(self) -> "Settings":
        """What the environment and the global options say."""
        from fanshare.config.settings_env import from_env

        return from_env(self.environ, home=self.home, programme=self.slug)

    @property
    def logs_as_json(self) -> bool:
        """Machines read logs where no person does."""
        return self.log_json or not sys.stderr.isatty()

    @contextmanager
    def installation(self) -> "Iterator[Installation]":
        """The installation, open."""
        import logging

        from fanshare.config.logs import configure_logs
        from fanshare.config.wiring import open_installation

        configure_logs(json=self.logs_as_json, level=logging.WARNING)
        with open_installation(self.settings, name="fanshare cli") as opened:
            yield opened

    @contextmanager
    def desk(self) -> "Iterator[Desk]":
        """The installation with the chosen programme."""
        with self.installation() as opened:
            yield Desk(self.out, opened, opened.tenant(self.settings.programme))


@dataclass
class Desk:
    """A programme that a command works on."""

    out: Out
    installation: "Installation"
    tenant: "Tenant"

    @cached_property
    def now(self) -> "Instant":
        """The moment of this command."""
        return self.installation.clock()

    @cached_property
    def access(self) -> "Access":
        """The door to the programme's data."""
        return self.installation.access(self.tenant, ACTOR)

    @cached_property
    def programme(self) -> "Programme":
        """The programme as the flows see it. Raises ``FanshareError`` (``no_terms``)."""
        return self.installation.programme(self.tenant, ACTOR)

    def address(self, path: str) -> str:
        """The public address of a path, or the path where nobody has said what the world calls this place."""
        from fanshare.cli.addresses import base_url

        return base_url(self.installation.settings) + path
