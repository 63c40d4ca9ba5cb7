"""Scenario files (docs/scenarios.md), and playing one without a database: `maitred simulate`."""
