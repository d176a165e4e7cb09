"""What a failed request answers: 503 with a sentence where database, disk or file storage are at fault, else 500."""

from __future__ import annotations

import sys

from django.shortcuts import render

from portal.api.problems import KINDS, as_problem, server_error
from records.storage import cannot_be_written, files_are_away, is_altered, is_away

RETRY_AFTER_S = 60


def failed(request):
    """``handler500``: Django has logged the error and still holds it; the act's transaction is rolled back.

    It hears of what fails in a middleware too, such as a session that cannot be read: there no middleware
    of ours would be asked.
    """
    error = sys.exc_info()[1]
    if cannot_be_written(error):
        code = "unwritable"
    elif is_away(error):
        code = "away"
    elif files_are_away(error):
        code = "files-away"
    elif is_altered(error):
        code = "altered"
    else:
        return server_error(request)
    status = KINDS[code].status
    if request.path.startswith("/api/"):
        response = as_problem(code)
    else:
        response = render(None, "503.html", {"kind": code, "status": status}, status=status)
    if status == 503:
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response
