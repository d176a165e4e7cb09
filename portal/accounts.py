"""Sign-in by e-mail and password; accounts are made by invitation only."""

from allauth.account.adapter import DefaultAccountAdapter


class InvitationOnly(DefaultAccountAdapter):
    """Nobody signs up by themselves: an invitation comes first (panels/invitations)."""

    def is_open_for_signup(self, request) -> bool:
        return False
