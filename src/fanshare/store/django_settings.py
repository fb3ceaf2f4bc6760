"""Django settings as far as the schema needs them: the database, UTC, the application that carries the migrations."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict


def base_settings(dsn: str) -> dict[str, Any]:
    """Settings for ``django.conf.settings.configure`` or to extend, from a libpq connection string or URL."""
    return {
        "DATABASES": {"default": database(dsn)},
        "INSTALLED_APPS": ["fanshare.store"],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
    }


def database(dsn: str) -> dict[str, Any]:
    """One entry of ``DATABASES``. What Django has no name for goes to libpq as it is."""
    parts = conninfo_to_dict(dsn)
    known = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    entry = {name: str(parts.pop(key, None) or "") for name, key in known.items()}
    return {"ENGINE": "django.db.backends.postgresql", **entry, "OPTIONS": parts}
