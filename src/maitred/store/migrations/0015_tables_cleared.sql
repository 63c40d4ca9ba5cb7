-- A table that a seated party has left for another is closed for as long as it takes to clear it. NULL: closed otherwise.
ALTER TABLE maitred.table_blocks ADD COLUMN left_by uuid REFERENCES maitred.bookings;
CREATE INDEX table_blocks_left ON maitred.table_blocks (restaurant_id) WHERE left_by IS NOT NULL;
