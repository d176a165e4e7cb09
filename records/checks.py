"""System checks of the registries: a name in use with nothing registered stops the start, not the user."""

from django.conf import settings
from django.core import checks
from django.template.loader import render_to_string
from django.utils import translation

from records.notices import kinds, reminders, rendering
from records.registry import notices, streams


@checks.register()
def verbs_and_notices(app_configs, **kwargs):
    """Each verb that is told to people has a sentence, a name for the page of preferences, and a letter."""
    found = []
    for verb in sorted(notices.verbs()):
        if not streams.knows(verb):
            found.append(
                checks.Error(
                    f"Notices are registered for the verb {verb!r}, which no app registered.",
                    hint="Register its sentence with streams.verbs in that app's ready().",
                    id="records.E001",
                )
            )
        if not kinds.knows(verb):
            found.append(
                checks.Error(
                    f"The notices of {verb!r} have no title for the page of preferences.",
                    hint="Give notices.register a title.",
                    id="records.E003",
                )
            )
        for notice in notices.of(verb):
            found += _letter(f"The notice of {verb!r}", notice.template)
    for rule in reminders.rules():
        found += _letter(f"The reminder {rule.kind!r}", rule.template)
    return found


def _letter(what: str, template: str) -> list[checks.Error]:
    """Whether a template renders as text and as HTML, in every language, whatever it is given."""
    for language, _name in settings.LANGUAGES:
        try:
            with translation.override(language):
                text = render_to_string(f"notices/{template}.txt", Whatever())
            subject, _sep, body = text.strip().partition("\n")
            rendering.html(subject, body, language, {"why": ""})
            rendering.plain(body, language, {"why": ""})
        except Exception as error:  # whatever a template says is the answer
            return [
                checks.Error(
                    f"{what} cannot be written in {language!r}: {type(error).__name__}: {error}",
                    hint=f"See templates/notices/{template}.txt; its first line is the subject.",
                    id="records.E002",
                )
            ]
    if not body.strip():
        return [checks.Error(f"{what} has a subject and no text.", id="records.E002")]
    return []


class Anything(int):
    """A value that a template may print, count, walk and ask for any attribute: the number one."""

    def __new__(cls):
        return super().__new__(cls, 1)

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __iter__(self):
        return iter([Anything()])


class Whatever(dict):
    """A context in which every name stands for something."""

    def __contains__(self, name) -> bool:
        return name not in ("True", "False", "None")

    def __getitem__(self, name):
        return settings.SITE_URL if name == "site" else Anything()
