"""The pages on which guests book, change and cancel."""
