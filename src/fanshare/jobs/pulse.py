"""Says that something moved in a programme, for pages that are open: the time of one small file (``edge.live``)."""

from pathlib import Path

import structlog

from fanshare.edge.live import PULSE

log = structlog.get_logger(__name__)


def beat(home: Path, programme: int) -> None:
    """Touch the programme's file. A disk that refuses costs nothing but freshness."""
    folder = home / PULSE
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / str(programme)).touch()
    except OSError as error:
        log.warning("no_pulse", programme=programme, reason=str(error))
