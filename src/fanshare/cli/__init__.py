"""The command line: one module for each group of commands."""

import sys

# structlog takes rich along to draw tracebacks that nobody asks for: 5 MB in every process that serves. It does without
# where rich can't be had (its import expects the ImportError); tables and bars import it afterwards as ever.
if "rich" not in sys.modules and "structlog" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
    import structlog as _structlog  # noqa: F401

    del sys.modules["rich"]
