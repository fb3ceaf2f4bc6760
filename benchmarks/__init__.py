"""What the parts cost. ``python -m benchmarks`` measures every case and writes ``docs/benchmarks.md``.

A benchmark is a module ``bench_<subject>.py`` with a list ``CASES``; nothing else has to be registered.
"""
