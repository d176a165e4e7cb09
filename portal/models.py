"""The tables of the portal, which lie with the part that keeps them."""

from portal.api.models import KeptAnswer
from portal.tokens.models import Token

__all__ = ["KeptAnswer", "Token"]
