"""The fixtures of browser tests."""

from site_of_tests import chromium, place, site, visitor

__all__ = ["chromium", "place", "site", "visitor"]
