-- A new call begins empty: what was typed in a call that was left is offered, and what was in doubt stays settled.
ALTER TABLE maitred.phone_drafts
    ADD COLUMN settled jsonb NOT NULL DEFAULT '[]',        -- [[kind, the words in doubt, the reading that was chosen], ...]
    ADD COLUMN left_line text NOT NULL DEFAULT '' CHECK (length(left_line) <= 300);
