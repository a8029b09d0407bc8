"""The networks' own door: what became of their records, that they have news, and who may already be known."""

from hub.networks.app import Receipts, create_app
from hub.networks.seal import key_at
from hub.networks.tokens import NetworkTokens, issue, revoke

__all__ = ["NetworkTokens", "Receipts", "create_app", "issue", "key_at", "revoke"]
