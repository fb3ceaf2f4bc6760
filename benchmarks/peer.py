"""django-affiliate-system 0.1.0 in an environment and a database of its own: the one open-source peer in Python.

It is served by gunicorn (2 processes of 16 threads, connections kept) on the same PostgreSQL as ours, which is more
than its documentation asks for. Nothing of it comes into the project: it is installed for the measurement and gone
with it.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from benchmarks.ground import Ground
from benchmarks.trials import MissingError, free_port, running

PACKAGES = ("django-affiliate-system==0.1.0", "gunicorn", "psycopg[binary]")
LINKS = 1_000

_SETTINGS = """
SECRET_KEY = "bench"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "django_affiliate_system"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, **{database!r}}}}}
ROOT_URLCONF = "django_affiliate_system.test_urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
REST_FRAMEWORK = {{"DEFAULT_AUTHENTICATION_CLASSES": []}}
AFFILIATE_SYSTEM = {{"DOMAIN_PROTOCOL": "https", "DOMAIN": "bench.example"}}
"""

_FILL = """
import django
django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django_affiliate_system.models import Affiliate, CommissionRule, ReferralLink
call_command("migrate", verbosity=0)
user = get_user_model().objects.create(username="cleo", email="cleo@mail.example")
cleo = Affiliate.objects.create(user=user, code="CLEO")
ReferralLink.objects.bulk_create(
    ReferralLink(affiliate=cleo, slug=f"link-{n}", destination_url="https://shop.example/") for n in range(%d)
)
CommissionRule.objects.create(name="all", action_type="purchase", value=12)
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """Where it answers, and its database."""

    address: tuple[str, int]
    dsn: str

    def books(self) -> tuple[float, float]:
        """What its affiliate's balance says, and what her commissions add up to."""
        with psycopg.connect(self.dsn) as conn:
            row = conn.execute(
                "SELECT (SELECT sum(balance) FROM affiliates_affiliate),"
                " (SELECT sum(amount) FROM affiliates_commission)"
            ).fetchone()
        assert row is not None
        return float(row[0]), float(row[1] or 0)


@contextmanager
def peer(base: Ground) -> Iterator[Peer]:
    """Install it, fill it, serve it."""
    folder = base.home / "peer"
    folder.mkdir(exist_ok=True)
    python = _installed(folder)
    with psycopg.connect(base.database.dsn(owner=True), autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier("peer")))
    dsn = base.database.named("peer").dsn(owner=True)
    (folder / "peer_settings.py").write_text(_SETTINGS.format(database=_database(dsn)), "utf-8")
    wsgi = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
    (folder / "peer_app.py").write_text(wsgi, "utf-8")
    environ = {"DJANGO_SETTINGS_MODULE": "peer_settings", "PYTHONPATH": str(folder)}
    with running([str(python), "-c", _FILL % LINKS], folder / "log", **environ) as filling:
        if filling.wait(120):
            raise MissingError(f"The peer cannot be set up: {(folder / 'log').read_text('utf-8')[-300:]}")
    port = free_port()
    command = [str(python), "-m", "gunicorn", "-w", "2", "-k", "gthread", "--threads", "16", "--keep-alive", "60"]
    command += ["--bind", f"127.0.0.1:{port}", "peer_app:application"]
    with running(command, folder / "log", **environ):
        time.sleep(4)
        yield Peer(("127.0.0.1", port), dsn)


def _installed(folder: Path) -> Path:
    """The Python of an environment that has it. Raises ``MissingError`` where it cannot be had."""
    python = folder / "env" / "bin" / "python"
    try:
        create = [sys.executable, "-m", "venv", "--without-pip", str(folder / "env")]
        subprocess.run(create, check=True, capture_output=True)  # noqa: S603
        install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", *PACKAGES]
        subprocess.run(install, check=True, capture_output=True, timeout=300)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingError(f"{PACKAGES[0]} could not be installed ({type(error).__name__}).") from error
    return python


def _database(dsn: str) -> dict[str, object]:
    parts = {key: str(value) for key, value in conninfo_to_dict(dsn).items() if value is not None}
    names = {"NAME": "dbname", "USER": "user", "HOST": "host", "PORT": "port", "PASSWORD": "password"}
    return {key: parts.get(name, "") for key, name in names.items()}
