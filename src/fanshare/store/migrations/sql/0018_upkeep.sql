-- What keeping an installation in order has to remember.

-- Global: one disk holds everything. The last look of each day, from which the doctor says when it will be full.
CREATE TABLE disk_day (
    day calendar_day PRIMARY KEY,
    at instant NOT NULL,
    database_bytes bigint NOT NULL CHECK (database_bytes >= 0),
    free_bytes bigint NOT NULL CHECK (free_bytes >= 0),
    total_bytes bigint NOT NULL CHECK (total_bytes >= 0)
);
SELECT give('disk_day', 'SELECT, INSERT, UPDATE, DELETE');

-- The running number that the shop gave an order, from which it is seen when one never came.
ALTER TABLE shop_order ADD COLUMN number bigint CHECK (number > 0);
CREATE INDEX shop_order_number ON shop_order (programme_id, connection_id, number) WHERE number IS NOT NULL;
