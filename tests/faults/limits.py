"""What the tests here shorten, so that minutes become seconds."""

LOCK_TTL_MS = 1_500
