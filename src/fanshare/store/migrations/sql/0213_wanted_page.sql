-- A link that signs in leads to the page that was wanted, on whatever device it is opened. Its address may hold what
-- somebody searched for, so it is sealed like the address of the mailbox.
ALTER TABLE sign_in_link ADD COLUMN sealed_wanted bytea CHECK (octet_length(sealed_wanted) <= 700);
