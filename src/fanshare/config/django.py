"""Sets Django up, once per process, without an environment variable that another project may have set."""

from collections.abc import Mapping
from logging import CRITICAL, ERROR, getLogger
from threading import Lock

import django
from django.conf import settings

from fanshare.config import settings as ours

_once = Lock()


def configure(databases: Mapping[str, Mapping[str, object]] | None = None) -> None:
    """Configure Django with ``fanshare.config.settings``; later calls change nothing.

    ``databases`` is Django's ``DATABASES``, for the process that runs migrations; pages need none. Raises
    ``RuntimeError`` where Django already runs with other databases than those asked for.
    """
    with _once:
        if not settings.configured:
            values = {name: getattr(ours, name) for name in dir(ours) if name.isupper()}
            settings.configure(**(values if databases is None else values | {"DATABASES": dict(databases)}))
            django.setup()
            _quieten()
            return
    if databases is not None and any(settings.DATABASES.get(name) != entry for name, entry in databases.items()):
        raise RuntimeError("Django is already set up in this process, with other databases.")


def _quieten() -> None:
    """A missing page and a scanner's forged host are not news, and their addresses may hold a mistyped secret."""
    getLogger("django.request").setLevel(ERROR)
    getLogger("django.security.DisallowedHost").setLevel(CRITICAL)
