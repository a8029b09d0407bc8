"""The steward's service: review over HTTP, on the working database. For the people of CIRRMA, never for the public."""

from hub.steward.app import create_app
from hub.steward.tokens import read_stewards

__all__ = ["create_app", "read_stewards"]
