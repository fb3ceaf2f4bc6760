"""Any shop: signed JSON orders after the Standard Webhooks specification."""
