"""The only package that knows SQL. Functions here never open or commit a transaction; use cases do."""
