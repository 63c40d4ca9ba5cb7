"""Settings are read once, complain at once, and hide secrets."""

from pathlib import Path

import pytest

from maitred.domain.errors import InvalidInput
from maitred.settings import Settings, hide_password, load_settings, reference, unknown_variables


@pytest.fixture(autouse=True)
def _no_inherited_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"MAITRED_{name.upper()}", raising=False)


def test_defaults_are_those_of_the_design() -> None:
    """Without any variable the numbers of DESIGN section 5 hold."""
    settings = load_settings()
    assert (settings.lock_ttl_ms, settings.max_rounds, settings.max_pending_s) == (30_000, 5, 120)
    assert (settings.hold_ttl_s, settings.batch_size, settings.days_at_once) == (180, 32, 3)
    assert (settings.breaker_failures, settings.breaker_open_s, settings.breaker_trials) == (5, 15, 2)


def test_every_fault_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bad variables give one refusal that names both, each with its rule."""
    monkeypatch.setenv("MAITRED_PORT", "eighty")
    monkeypatch.setenv("MAITRED_IDEMPOTENCY_HOURS", "23")
    with pytest.raises(InvalidInput) as refused:
        load_settings()
    assert len(refused.value.data["faults"]) == 2
    assert "MAITRED_PORT: input should be a valid integer" in refused.value.message
    assert "MAITRED_IDEMPOTENCY_HOURS: input should be greater than or equal to 24" in refused.value.message


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("DATABASE_URL", "mysql://root:hush@db/x", "must start with postgres:// or postgresql://"),
        ("REDIS_URL", "memcached://hush", "must start with redis:// or redis-cluster:// or rediss://"),
        ("REDIS_URL", "redis://", "must name a host"),
        ("REDIS_CLUSTER", "1", "needs MAITRED_REDIS_URL"),
        ("DATABASE_DIRECT_URL", "postgresql://hush/x", "needs MAITRED_DATABASE_URL"),
        ("RETRY_CAP_S", "0.5", "must not be below MAITRED_RETRY_BASE_S"),
        ("FLAG_PIPELINE", "maybe-hush", "'on' or 'off'"),
        ("REAPER_INTERVAL_S", "61", "less than or equal to 60"),
        ("OUTCOME_DAYS", "-1", "greater than or equal to 0"),
        ("NIGHT_INTERVAL_S", "0", "greater than 0"),
        ("NIGHT_INTERVAL_S", "301", "less than or equal to 300"),
        ("BATCH_SIZE", "33", "less than or equal to 32"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, rule: str
) -> None:
    """The refusal carries the variable and the rule, never the value (it may be a secret)."""
    monkeypatch.setenv(f"MAITRED_{variable}", value)
    with pytest.raises(InvalidInput) as refused:
        load_settings()
    assert refused.value.field == f"MAITRED_{variable}"
    assert rule in refused.value.message
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_cluster_scheme_and_flag_are_two_spellings_of_one_thing(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """Either way the address has the cluster's scheme and the flag is set, TLS kept."""
    monkeypatch.setenv("MAITRED_REDIS_URL", f"{scheme}-cluster://node:7000,other:7001")
    by_scheme = load_settings()
    monkeypatch.setenv("MAITRED_REDIS_URL", f"{scheme}://node:7000,other:7001")
    monkeypatch.setenv("MAITRED_REDIS_CLUSTER", "1")
    assert load_settings() == by_scheme
    assert (by_scheme.redis_url, by_scheme.redis_cluster) == (f"{scheme}-cluster://node:7000,other:7001", True)


def test_an_option_wins_over_the_environment_and_none_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options given on the command line win; options left out leave the variable in force."""
    monkeypatch.setenv("MAITRED_PORT", "9001")
    monkeypatch.setenv("MAITRED_DATA_DIR", "/srv/x")
    settings = load_settings(port=9002, data_dir=None)
    assert (settings.port, settings.data_dir) == (9002, Path("/srv/x"))


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither keys nor passwords inside addresses appear in the representation."""
    monkeypatch.setenv("MAITRED_API_KEY", "hush-key")
    monkeypatch.setenv("MAITRED_DATABASE_URL", "postgresql://u:hush@h/d")
    monkeypatch.setenv("MAITRED_REDIS_URL", "redis://:hush@h")
    settings = load_settings()
    assert "hush" not in repr(settings)
    assert hide_password(settings.database_url or "") == "postgresql://u:***@h/d"
    assert hide_password(settings.redis_url or "") == "redis://:***@h"


def test_variables_nobody_reads_are_reported() -> None:
    """A typo is found by name; variables of others are left alone."""
    environ = {"MAITRED_LOCK_TTL": "1", "MAITRED_LOCK_TTL_MS": "1", "PATH": "/bin"}
    assert unknown_variables(environ) == ("MAITRED_LOCK_TTL",)


def test_every_setting_says_what_it_is() -> None:
    """Operators read these descriptions in docs/operations.md, so none may be missing."""
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
    lines = reference().splitlines()
    assert len(lines) == len(Settings.model_fields) + 2
    assert any(line.startswith("| `MAITRED_HOLD_TTL_S` | `180` | Life of a hold") for line in lines)
    assert {line.count("|") for line in lines} == {4}
