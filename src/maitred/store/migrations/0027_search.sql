-- Guests are found by words without accents: what they are found by is folded by the program and kept beside them.
-- NULL: written by an older version; `maitred migrate` folds such rows, in batches, after the migrations.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

ALTER TABLE maitred.guests ADD COLUMN search text;
COMMENT ON COLUMN maitred.guests.search IS 'name, address, number and references in small ASCII words, each after a space';

CREATE INDEX guests_by_search ON maitred.guests USING gin (search gin_trgm_ops);
CREATE INDEX guests_not_folded ON maitred.guests (id) WHERE search IS NULL;
