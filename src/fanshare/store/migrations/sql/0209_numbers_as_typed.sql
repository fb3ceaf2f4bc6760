-- Orders are found by their number in whatever case it was typed, with or without the "#" before it. Where a shop's ids are digits alone,
-- as with Shopify and WooCommerce, they are found as they are and cost nothing here.
CREATE INDEX shop_order_folded ON shop_order (programme_id, lower(rtrim(ltrim(external_id, E'# \t\r\n'), E' \t\r\n')))
    WHERE external_id !~ '^[0-9]+$';
