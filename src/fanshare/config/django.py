"""Sets Django up for the pages, once per process, without an environment variable another project may have set.

The schema's migrations run in a process of their own with settings of their own (``fanshare.store.migrate``).
"""

from logging import CRITICAL, ERROR, getLogger
from threading import Lock

import django
from django.conf import settings

from fanshare.config import settings as ours

_once = Lock()


def configure() -> None:
    """Configure Django with ``fanshare.config.settings``.

    Later calls change nothing. Raises ``RuntimeError`` where Django was set up by something else.
    """
    with _once:
        if not settings.configured:
            settings.configure(**{name: getattr(ours, name) for name in dir(ours) if name.isupper()})
            django.setup()
            _quieten()
    if settings.ROOT_URLCONF != ours.ROOT_URLCONF:
        raise RuntimeError("Django is already set up in this process, for something other than the pages.")


def _quieten() -> None:
    """A missing page and a scanner's forged host are not news, and their addresses may hold a mistyped secret."""
    getLogger("django.request").setLevel(ERROR)
    getLogger("django.security.DisallowedHost").setLevel(CRITICAL)
    getLogger("django.security.csrf").setLevel(ERROR)
