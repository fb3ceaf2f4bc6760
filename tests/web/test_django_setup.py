"""Django is set up once, without a key, a database or an environment variable."""

import subprocess
import sys

import pytest

from fanshare.config.django import configure


def test_a_second_call_changes_nothing_and_other_databases_are_refused() -> None:
    configure()
    configure()
    configure({})
    with pytest.raises(RuntimeError, match="other databases"):
        configure({"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "elsewhere"}})


def test_databases_given_first_are_kept_and_an_alien_settings_module_is_ignored() -> None:
    script = (
        "from fanshare.config.django import configure\n"
        "wanted = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'fanshare'}}\n"
        "configure(wanted); configure(); configure(wanted)\n"
        "from django.conf import settings\n"
        "assert settings.DATABASES['default']['NAME'] == 'fanshare'\n"
        "assert settings.DEBUG is False and not settings.INSTALLED_APPS\n"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "some.other.project", "PATH": "/usr/bin"}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, timeout=30)


def test_signing_fails_loudly_instead_of_with_a_known_key() -> None:
    configure()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.signing import Signer

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        Signer()
