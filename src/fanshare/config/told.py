"""The settings of an installation as an operator may read them: no secret, only whether there is one."""

from collections.abc import Iterator

from fanshare.config.settings_env import Settings


def told_settings(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """What is set, how, and the name of its variable."""
    mail = settings.mail
    yield "Where the world reaches it", settings.public_url or "nobody said", "FANSHARE_URL"
    yield "Where it keeps everything", str(settings.home), "FANSHARE_HOME"
    yield "Database", "one of yours" if settings.external_database else "the included one", "DATABASE_URL"
    yield "Mail server", "none: nobody can sign in by mail" if mail is None else mail.host, "FANSHARE_SMTP_HOST"
    yield "Further host names", ", ".join(settings.allowed_hosts) or "none", "FANSHARE_ALLOWED_HOSTS"
    yield "Trusted proxies", ", ".join(settings.trusted_proxies) or "none", "FANSHARE_TRUSTED_PROXIES"
    yield "Where /metrics may be read", ", ".join(settings.operator_networks), "FANSHARE_OPERATOR_NETWORKS"
    yield "Threads for pages", str(settings.web_threads), "FANSHARE_WEB_THREADS"
    private = "yes" if settings.events_to_private else "no"
    yield "Events to private addresses", private, "FANSHARE_EVENTS_TO_PRIVATE"
    yield "Clock", "moved by a file (a demonstration)" if settings.clock_file else "real time", "FANSHARE_CLOCK"
