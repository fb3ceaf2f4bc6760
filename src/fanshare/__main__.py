"""``python -m fanshare``."""

from fanshare.cli.main import run

if __name__ == "__main__":
    run()
