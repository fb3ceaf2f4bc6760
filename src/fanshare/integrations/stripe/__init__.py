"""Stripe: Checkout, payment links and payments, as a programme's orders or as facts of a shop's orders."""
