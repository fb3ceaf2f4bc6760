-- Where the statement that told a booking begins and ends (hashes of account, number and balance), where it says so: one
-- that follows it tells no booking of it again.
ALTER TABLE payout_booking ADD COLUMN opens hash32, ADD COLUMN closes hash32;
