"""One folder for each outside system: how to verify, parse and fetch what it says."""

import sys

# httpx brings its own command line along, and that rich and pygments: 6 MB in every process here, asked for by nobody.
# Where that module can't be had, httpx does without it (its __init__ expects the ImportError).
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
