"""Files of other systems: what is in them, and what cannot be read with certainty, by line, column and rule."""
