"""Settings and wiring: the only place where ports meet adapters."""
