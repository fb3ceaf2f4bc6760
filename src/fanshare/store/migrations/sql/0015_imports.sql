-- Imports.
SELECT 1;
