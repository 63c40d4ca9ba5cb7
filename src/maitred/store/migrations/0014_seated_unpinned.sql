-- A promise of tables can be taken back while the party sits: else nothing could ever move it off them.
INSERT INTO maitred.lifecycle_steps (from_state, action, to_state) VALUES ('checked_in', 'unpin', 'checked_in');
