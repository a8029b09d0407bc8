"""The networks' own door: what became of their records, that they have news, and who may already be known."""

from hub.networks.app import create_app
from hub.networks.tokens import NetworkTokens, issue, revoke

__all__ = ["NetworkTokens", "create_app", "issue", "revoke"]
