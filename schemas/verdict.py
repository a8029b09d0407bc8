"""Verdict: does a payload follow its schema? The quick half of `validate`, for those who seldom ask what is wrong."""

from functools import cache
from typing import Any

from jsonschema_rs import RegexOptions, Validator, validator_for

from schemas.registry import schema_of


def is_valid(schema_id: str, payload: Any) -> bool:
    """Whether a payload follows its schema, formats included. Raises UnknownSchema."""
    try:
        return validator(schema_id).is_valid(payload)
    except ValueError:  # nested deeper than the validator goes
        return False


@cache
def validator(schema_id: str) -> Validator:
    """The compiled schema. Raises UnknownSchema."""
    return validator_for(schema_of(schema_id), validate_formats=True, pattern_options=RegexOptions())
