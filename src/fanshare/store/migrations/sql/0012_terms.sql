-- Bonuses, groups, recurring months.
SELECT 1;
