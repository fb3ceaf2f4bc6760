"""Where this installation answers, as far as anybody has said."""

import json
import os
from pathlib import Path
from typing import Any

from fanshare.config.settings_env import Settings

RUNNING = "serve.json"


def base_url(settings: Settings) -> str:
    """``FANSHARE_URL``, else where a running ``serve`` answers, else its usual address."""
    return settings.public_url or (running(settings.home) or {}).get("url") or "http://127.0.0.1:8700"


def running(home: Path, name: str = RUNNING) -> dict[str, Any] | None:
    """What the ``serve`` of a home says of itself, if it is alive."""
    try:
        found: dict[str, Any] = json.loads((home / name).read_bytes())
        os.kill(int(found["pid"]), 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found
