"""Our OpenFeature provider: rules in memory, read from Postgres by `watch.py`; a lookup does no I/O."""

# ruff: noqa: ARG002 - the signatures are the SDK's

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, Final, NoReturn

from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import FlagNotFoundError, TargetingKeyMissingError, TypeMismatchError
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType, Reason
from openfeature.provider import AbstractProvider, Metadata
from prometheus_client import Counter

from maitred.flags.rules import Rule, Rules

STALE_S: Final = 2.0  # changes are promised to be everywhere by then

EVALUATED: Final = Counter(
    "maitred_flag_evaluations_total", "Lookups of the pipeline flag, by mode and by the rule.", ["mode", "rule"]
)
# In the words of OpenFeature.
_REASONS: Final[Mapping[Rule, Reason]] = {
    Rule.KILLED: Reason.DISABLED,
    Rule.OVERRIDE: Reason.TARGETING_MATCH,
    Rule.OPTED_IN: Reason.TARGETING_MATCH,
    Rule.PERCENTAGE: Reason.SPLIT,
    Rule.DEFAULT: Reason.DEFAULT,
    Rule.SETTINGS: Reason.STATIC,
}


class PostgresProvider(AbstractProvider):
    """Resolves string flags by the restaurant's slug, the targeting key. Other types are a mismatch."""

    def __init__(self, rules: Rules) -> None:
        super().__init__()
        self.rules = rules
        self._fresh_at: float | None = None

    def get_metadata(self) -> Metadata:
        """Return the provider's name."""
        return Metadata(name="maitred-postgres")

    def learn(self, rules: Rules) -> None:
        """Take over what was read just now."""
        self.rules = rules
        self.confirm()

    def confirm(self) -> None:
        """Note that what is known was found unchanged just now."""
        self._fresh_at = monotonic()

    @property
    def stale_s(self) -> float | None:
        """For how long nothing could be read, seconds; None while that is less than the promise."""
        if self._fresh_at is None:
            return float("inf")
        age = monotonic() - self._fresh_at
        return age if age > STALE_S else None

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """Return the mode of the restaurant that is the targeting key, and why it is so."""
        rules = self.rules
        if flag_key != rules.flag:
            raise FlagNotFoundError(f"There is no flag {flag_key!r}.")
        restaurant = evaluation_context.targeting_key if evaluation_context else None
        if not restaurant:
            raise TargetingKeyMissingError("The targeting key is the restaurant's slug.")
        found = rules.resolve(restaurant)
        EVALUATED.labels(found.mode, found.rule).inc()
        reason = Reason.STALE if self.stale_s is not None else _REASONS[found.rule]
        told: dict[str, bool | int | float | str] = {"rule": found.rule.value, "revision": rules.revision}
        return FlagResolutionDetails(found.mode.value, reason=reason, variant=found.mode.value, flag_metadata=told)

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        """Refuse: a mode is no boolean."""
        self._refuse(flag_key, "boolean")

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """Refuse: a mode is no number."""
        self._refuse(flag_key, "integer")

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        """Refuse: a mode is no number."""
        self._refuse(flag_key, "float")

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[FlagValueType] | Mapping[str, FlagValueType],
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Any]:
        """Refuse: a mode is no object."""
        self._refuse(flag_key, "object")

    def _refuse(self, flag_key: str, asked: str) -> NoReturn:
        if flag_key != self.rules.flag:
            raise FlagNotFoundError(f"There is no flag {flag_key!r}.")
        raise TypeMismatchError(f"{flag_key} is a string (off, shadow, on), not {asked}.")
