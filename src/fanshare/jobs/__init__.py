"""Background work in small idempotent batches, derived from state: drain, take, settle, seal, close."""
