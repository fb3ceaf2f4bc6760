"""Events to software of a programme: signed as Standard Webhooks, sent to public addresses only."""
