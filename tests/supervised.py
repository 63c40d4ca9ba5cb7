"""A small `up` for test_embedded.py: both engines and the given children under the supervisor.

Run as `python supervised.py DATA_DIR CHILDREN`, CHILDREN a JSON object of name to Python code.
"""

import json
import os
import sys
from pathlib import Path

from maitred.embedded import Child, EmbeddedPostgres, EmbeddedValkey, RestartPolicy, Supervisor


def main(data_dir: Path, children: dict[str, str]) -> int:
    """Start everything, say so in run.json, stay until a signal comes."""
    with Supervisor(data_dir, policy=RestartPolicy(base_s=0.05, most_deaths=3)) as supervisor:
        url = supervisor.start_engine(EmbeddedPostgres(data_dir))
        supervisor.start_engine(EmbeddedValkey(data_dir))
        env = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(data_dir)}
        for name, code in children.items():
            supervisor.start_child(Child(name, (sys.executable, "-c", code), env, grace_s=2.0))
        supervisor.note(ready=True)
        return supervisor.run_until_signal()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), json.loads(sys.argv[2])))
