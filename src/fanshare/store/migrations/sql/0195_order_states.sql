-- Orders are narrowed by their state: nearly all are paid, so only the others need a way of their own.
CREATE INDEX shop_order_state ON shop_order (programme_id, status, placed_at, id) WHERE status <> 'captured';
