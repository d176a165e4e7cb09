"""A password hash as the portal's own, made in one round: a suite signs people in hundreds of times."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class OneRound(PBKDF2PasswordHasher):
    """Of the same algorithm, so that a portal in a process of its own, with its own settings, accepts it."""

    iterations = 1
