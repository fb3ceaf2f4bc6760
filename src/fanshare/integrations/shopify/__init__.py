"""The Shopify connector: by an app of the Dev Dashboard, or by the webhooks of the shop's own settings."""
