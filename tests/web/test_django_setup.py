"""Django is set up once, without a key, a database or an environment variable."""

import subprocess
import sys

import pytest

from fanshare.config.django import configure


def run(script: str) -> subprocess.CompletedProcess[str]:
    environment = {"DJANGO_SETTINGS_MODULE": "some.other.project", "PATH": "/usr/bin"}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)


def test_an_alien_settings_module_is_ignored_and_no_database_is_touched() -> None:
    outcome = run(
        "import sys\n"
        "from fanshare.config.django import configure\n"
        "configure(); configure()\n"
        "from django.conf import settings\n"
        "from django.core.handlers.wsgi import WSGIHandler\n"
        "WSGIHandler()\n"
        "assert settings.DEBUG is False and not settings.INSTALLED_APPS and not settings.SECRET_KEY_FALLBACKS\n"
        "assert 'psycopg' not in sys.modules\n"
    )
    assert outcome.returncode == 0, outcome.stderr


def test_an_edge_of_its_own_brings_neither_pages_nor_a_database_along() -> None:
    """It is the process that must never wait; what it doesn't load it doesn't hold either: some 15 MB."""
    outcome = run(
        "import sys\n"
        "import fanshare.cli.serve, fanshare.config.serving\n"
        "assert not {'psycopg', 'django', 'fanshare.flows', 'fanshare.web'} & {*sys.modules}\n"
        "import fanshare.config.serving_pages\n"
        "assert 'psycopg' in sys.modules, 'the negative control'\n"
    )
    assert outcome.returncode == 0, outcome.stderr


def test_no_service_holds_what_only_a_command_line_of_httpx_needs() -> None:
    outcome = run(
        "import sys\n"
        "import fanshare.integrations.http\n"
        "assert 'httpx' in sys.modules and not {'rich', 'pygments'} & {*sys.modules}\n"
        "for name in [one for one in sys.modules if one.startswith('httpx')]: del sys.modules[name]\n"
        "import httpx\n"
        "assert {'rich', 'pygments'} <= {*sys.modules}, 'the negative control: httpx by itself brings them'\n"
    )
    assert outcome.returncode == 0, outcome.stderr


def test_a_django_that_serves_something_else_is_refused() -> None:
    outcome = run(
        "from django.conf import settings\n"
        "settings.configure(ROOT_URLCONF='other.urls')\n"
        "from fanshare.config.django import configure\n"
        "configure()\n"
    )
    assert "RuntimeError: Django is already set up in this process" in outcome.stderr


def test_signing_fails_loudly_instead_of_with_a_known_key() -> None:
    configure()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.signing import Signer

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        Signer()
