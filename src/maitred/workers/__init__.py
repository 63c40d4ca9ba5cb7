"""Loops without decisions: they wait, call one use case, and wait again."""
