-- How connections are doing.
SELECT 1;
