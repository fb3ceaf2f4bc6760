"""Logs: one line an event to standard error, JSON for machines, columns for people. They hold no personal data."""

import logging
import sys

# structlog takes rich along to draw tracebacks and greenlet to tell green threads apart, neither of which anybody asks
# for: 6 MB in every process that serves. It does without where they can't be had (its imports expect the ImportError);
# whoever wants them imports them afterwards as ever.
_BLOCKED = [name for name in ("rich", "greenlet") if not {name, "structlog"} & sys.modules.keys()]
for _name in _BLOCKED:
    sys.modules[_name] = None  # type: ignore[assignment]
import structlog  # noqa: E402

for _name in _BLOCKED:
    del sys.modules[_name]


class _ToStandardError(logging.Handler):
    """Writes to what standard error is at that moment, not to what it was when logging was set up."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # whatever it is, a log line is no reason to stop working
            self.handleError(record)


def _for_people() -> structlog.types.Processor:
    # The usual traceback of a console shows local variables: a secret or an address may be among them.
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


def configure_logs(*, json: bool, level: int = logging.INFO) -> None:
    """Send structlog's and the standard library's logs to standard error in one form."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.types.Processor = structlog.processors.JSONRenderer() if json else _for_people()
    finish = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    if json:
        finish.insert(1, structlog.processors.format_exc_info)
    handler = _ToStandardError()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=finish))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
