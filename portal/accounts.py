"""Sign-in by e-mail and password; accounts are made by invitation only; their letters go through the outbox."""

import secrets

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.sites.shortcuts import get_current_site
from django.utils.translation import get_language

from panels.models import User
from records.notices.rendering import Words, one_line
from records.notices.send import letter


class InvitationOnly(DefaultAccountAdapter):
    """Nobody signs up by themselves: an invitation comes first (panels/invitations)."""

    def is_open_for_signup(self, request) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """A letter about an account waits for the mail server like every other; its words are erased when it went."""
        context = {
            "request": self.request,
            "email": email,
            "current_site": get_current_site(self.request),
            **context,
        }
        made = self.render_mail(template_prefix, email, context)
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        letter(
            f"{template_prefix}.{secrets.token_hex(16)}",
            email,
            user.language if user else get_language(),
            Words(one_line(made.subject), made.body),
            user,
            secret=True,
        )
