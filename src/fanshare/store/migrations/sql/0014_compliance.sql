-- Requests about personal data.
SELECT 1;
