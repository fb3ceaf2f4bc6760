"""The settings of an installation as an operator may read them: no secret, only whether there is one."""

from collections.abc import Iterator

from fanshare.config.settings_env import Settings
from fanshare.core.marks import say


def told_settings(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """What is set, how, and the name of its variable."""
    mail = settings.mail
    yield say("Where the world reaches it"), settings.public_url or say("nobody said"), "FANSHARE_URL"
    yield say("Where it keeps everything"), str(settings.home), "FANSHARE_HOME"
    yield (
        say("Database"),
        say("one of yours") if settings.external_database else say("the included one"),
        "DATABASE_URL",
    )
    yield (
        say("Mail server"),
        say("none: nobody can sign in by mail") if mail is None else mail.host,
        "FANSHARE_SMTP_HOST",
    )
    yield say("Further host names"), ", ".join(settings.allowed_hosts) or say("none"), "FANSHARE_ALLOWED_HOSTS"
    yield say("Trusted proxies"), ", ".join(settings.trusted_proxies) or say("none"), "FANSHARE_TRUSTED_PROXIES"
    yield say("Where /metrics may be read"), ", ".join(settings.operator_networks), "FANSHARE_OPERATOR_NETWORKS"
    yield say("Threads for pages"), str(settings.web_threads), "FANSHARE_WEB_THREADS"
    private = say("yes") if settings.events_to_private else say("no")
    yield say("Events to private addresses"), private, "FANSHARE_EVENTS_TO_PRIVATE"
    yield (
        say("Clock"),
        say("moved by a file (a demonstration)") if settings.clock_file else say("real time"),
        "FANSHARE_CLOCK",
    )
