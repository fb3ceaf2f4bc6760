"""``python -m fanshare``."""

import os

from fanshare.cli.lean import READ

if __name__ == "__main__":
    if READ in os.environ:
        from fanshare.cli.lean import run
    else:
        from fanshare.cli.main import run
    run()
