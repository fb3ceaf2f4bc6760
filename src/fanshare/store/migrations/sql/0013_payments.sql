-- Facts of payment connections.
SELECT 1;
