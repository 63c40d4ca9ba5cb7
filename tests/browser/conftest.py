"""The fixtures of browser tests."""

from playwright.sync_api import expect
from site_of_tests import SCREEN_MS, chromium, place, site, visitor

__all__ = ["chromium", "place", "site", "visitor"]

expect.set_options(timeout=SCREEN_MS)  # a screen of a busy machine is not a fault
