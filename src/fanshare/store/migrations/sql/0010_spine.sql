-- What the spine still lacked.
SELECT 1;
