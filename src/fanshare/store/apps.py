"""The Django application that carries the schema. It has no models: tenant data is read and written through psycopg."""

from django.apps import AppConfig


class StoreConfig(AppConfig):  # type: ignore[misc]
    """Its label names the migrations in the database."""

    name = "fanshare.store"
    label = "store"
    verbose_name = "fanshare store"
