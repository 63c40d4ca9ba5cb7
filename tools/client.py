"""Generate examples/python-client/maitred_client from our OpenAPI (`make client`); `--check` says whether it is stale.

Only what a booking site needs goes in: the whole API would make two hundred files. The generator is a tool of this
make target alone (openapi-python-client, see the Makefile), not a dependency.
"""

import filecmp
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, cast

from maitred.api.app import create_app
from maitred.usecases.desk import Desk, Policy

WHERE: Final = Path(__file__).parent.parent / "examples" / "python-client" / "maitred_client"
OPERATIONS: Final = (
    ("/v1/restaurants/{slug}/availability", "get"),
    ("/v1/restaurants/{slug}/bookings", "post"),
    ("/v1/restaurants/{slug}/bookings", "get"),
    ("/v1/bookings/{booking_id}", "get"),
    ("/v1/bookings/{booking_id}/cancel", "post"),
)


class _NoDatabase:
    """What the document does not need: describing the API opens nothing."""

    database, policy = None, Policy()


def document() -> dict[str, Any]:
    """Return our OpenAPI document with the chosen operations and the schemas they need."""
    whole = create_app(cast(Desk, _NoDatabase())).openapi()
    paths: dict[str, Any] = {}
    for path, method in OPERATIONS:
        paths.setdefault(path, {})[method] = _plain(whole["paths"][path][method])
    needed = _needed(paths, whole["components"]["schemas"])
    schemas = {name: whole["components"]["schemas"][name] for name in sorted(needed)}
    security = whole["components"]["securitySchemes"]
    info = {"title": "maitred", "version": whole["info"]["version"]}
    components = {"schemas": schemas, "securitySchemes": security}
    return {"openapi": whole["openapi"], "info": info, "paths": paths, "components": components}


def _plain(operation: dict[str, Any]) -> dict[str, Any]:
    """Return an operation as the generator takes it: no ranges of statuses, problems as plain JSON."""
    kept = {code: about for code, about in operation["responses"].items() if code.isdigit()}
    return {**operation, "responses": kept}


def _needed(part: Any, schemas: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(part))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += re.findall(r'"#/components/schemas/(\w+)"', json.dumps(schemas[name]))
    return found


def generate(out: Path) -> None:
    """Write the client into a directory that is not there yet."""
    with tempfile.TemporaryDirectory() as kept:
        source, config = Path(kept) / "openapi.json", Path(kept) / "config.yml"
        source.write_text(json.dumps(document()), encoding="utf-8")
        config.write_text("package_name_override: maitred_client\npost_hooks: []\n", encoding="utf-8")
        command = ["openapi-python-client", "generate", "--meta", "none", "--path", source, "--config", config]
        subprocess.run([*command, "--output-path", out], check=True)  # noqa: S603


def main() -> int:
    """Generate, or compare."""
    with tempfile.TemporaryDirectory() as kept:
        fresh = Path(kept) / "maitred_client"
        generate(fresh)
        if "--check" in sys.argv:
            return int(_differs(filecmp.dircmp(fresh, WHERE, ignore=["__pycache__"])))
        shutil.rmtree(WHERE, ignore_errors=True)
        shutil.copytree(fresh, WHERE)
    return 0


def _differs(two: "filecmp.dircmp[str]") -> bool:
    here = bool(two.left_only or two.right_only or two.diff_files)
    return here or any(_differs(one) for one in two.subdirs.values())


if __name__ == "__main__":
    sys.exit(main())
