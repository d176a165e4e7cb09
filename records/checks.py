"""System checks of the registries: a name in use with nothing registered stops the start, not the user."""

from pathlib import Path

from django.conf import settings
from django.core import checks

from records.registry import notices, streams


@checks.register()
def verbs_and_notices(app_configs, **kwargs):
    """Each verb that sends letters has a sentence and a template."""
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
        for notice in notices.of(verb):
            path = Path(settings.BASE_DIR, "templates", "notices", f"{notice.template}.txt")
            if not path.exists():
                found.append(
                    checks.Error(
                        f"The notice of {verb!r} has no template {path.name}.",
                        hint="Write templates/notices/NAME.txt; its first line is the subject.",
                        id="records.E002",
                    )
                )
    return found
