"""Money out over PayPal Payouts."""
