-- Codes in the shop.
SELECT 1;
