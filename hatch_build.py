"""Puts htmx beside our own scripts: taken out of a wheel at build time, so no copy of it is kept in the repository."""

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCRIPTS = ("htmx-4.min.js",)
FOLDER = Path("src/maitred/ops/static/vendor")


class HtmxHook(BuildHookInterface):  # type: ignore[type-arg]
    """Copies before a wheel or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Copy the scripts; the package that carries them is a build requirement."""
        spec = find_spec("django_htmx")
        assert spec is not None
        assert spec.origin is not None
        target = Path(self.root) / FOLDER
        target.mkdir(parents=True, exist_ok=True)
        for script in SCRIPTS:
            shutil.copyfile(Path(spec.origin).parent / "static" / "django_htmx" / script, target / script)
