-- What the other system said last of a booking that it brought in: a newer export is compared with that, so that what
-- people changed here since is not taken for news from there. NULL: imported before this was kept.
ALTER TABLE maitred.imported_bookings ADD COLUMN recorded jsonb;
