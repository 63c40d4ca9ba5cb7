"""One write each. A use case opens the transaction; the store never commits."""
