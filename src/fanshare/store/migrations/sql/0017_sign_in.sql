-- Sign-in and mail.
SELECT 1;
