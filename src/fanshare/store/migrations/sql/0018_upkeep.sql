-- Upkeep.
SELECT 1;
