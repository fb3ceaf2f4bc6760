"""WooCommerce: signed webhooks say which order to look at, the REST API says what it is."""
