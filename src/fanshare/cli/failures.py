"""Every failure becomes one plain sentence and an exit code; a traceback only where the fault is ours."""

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from fanshare.core.errors import BadInputError, FanshareError

REFUSED = 1
WRONG_CALL = 2


def guarded(call: Callable[[], Any], *, as_json: bool) -> int:
    """Run a command and return its exit code: 0, 1 (found or refused something), 2 (wrong call)."""
    try:
        result = call()
    except BadInputError as error:
        return _tell(error.code, error.message, WRONG_CALL, as_json)
    except FanshareError as error:
        return _tell(error.code, error.message, REFUSED, as_json)
    except (KeyboardInterrupt, BrokenPipeError):
        return _quietly()
    except Exception as error:
        return _unexpected(error, as_json)
    return result if isinstance(result, int) else 0


def _unexpected(error: Exception, as_json: bool) -> int:
    if type(error).__name__ == "Abort":  # of whatever reads the command line; what serves has not loaded it
        return _tell("aborted", "Nothing was done.", REFUSED, as_json)
    usage = getattr(error, "format_message", None)
    if usage is not None:
        return _tell("usage", f"{_usage(error)}{usage()}", WRONG_CALL, as_json)
    if type(error).__module__.split(".")[0] == "psycopg":
        lines = str(error).strip().splitlines() or ["no message"]
        return _tell("database", f"The database refused: {lines[0]}", REFUSED, as_json)
    if isinstance(error, OSError):
        where = f" {error.filename}" if error.filename else ""
        return _tell("system", f"The system refused{where}: {error.strerror or error}.", REFUSED, as_json)
    if os.environ.get("FANSHARE_DEBUG"):
        traceback.print_exc()
    kind = type(error).__name__
    said = f"This is a fault of fanshare ({kind}); run it again with FANSHARE_DEBUG=1 and report what it prints."
    return _tell("internal", said, REFUSED, as_json)


def _usage(error: Exception) -> str:
    """How to get help for the command that was called wrongly."""
    ctx = getattr(error, "ctx", None)
    return "" if ctx is None or type(error).__name__ == "NoArgsIsHelpError" else f"{ctx.command_path}: "


def _tell(code: str, message: str, exit_code: int, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))  # noqa: T201
    else:
        print(message, file=sys.stderr)  # noqa: T201
    return exit_code


def _quietly() -> int:
    """Interrupted, or nobody reads any more: say nothing, and keep the interpreter from saying it at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return REFUSED
