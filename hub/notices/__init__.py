"""The texts of the notices: plain French, one template a kind, made of facts alone.

kind, audience, facts ──► template ──► subject, text
"""

from hub.notices.texts import render

__all__ = ["render"]
