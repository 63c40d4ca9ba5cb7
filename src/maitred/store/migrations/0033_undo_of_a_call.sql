-- A call that ended in a review is taken back like one that ended in a table.
INSERT INTO maitred.lifecycle_steps (from_state, action, to_state) VALUES ('manual_review', 'undo', 'cancelled');
