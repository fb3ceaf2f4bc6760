-- The orders of a payer, found by what else than her customer number she is known by (that is in ``buyer_key``):
-- whoever joins with an address, or asks to be forgotten, must not cost a look at every order of the programme.

CREATE INDEX shop_order_email ON shop_order (programme_id, (view->'buyer'->>'email'));
CREATE INDEX shop_order_payment ON shop_order (programme_id, (view->'buyer'->>'payment'));
