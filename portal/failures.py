"""What a failed request answers: 503 with a sentence where database or disk are at fault, else 500."""

from __future__ import annotations

import json
import sys

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.defaults import server_error

from portal.api.problems import MEDIA_TYPE
from records.storage import cannot_be_written, is_away

RETRY_AFTER_S = 60


def failed(request):
    """``handler500``: Django has logged the error and still holds it; the act's transaction is rolled back.

    It hears of what fails in a middleware too, such as a session that cannot be read: there no middleware
    of ours would be asked.
    """
    error = sys.exc_info()[1]
    if cannot_be_written(error):
        detail, kind = (
            _("The portal's data cannot be written to just now. Nothing was changed."),
            "unwritable",
        )
    elif is_away(error):
        detail, kind = _("The portal's database does not answer just now. Nothing was changed."), "away"
    else:
        return server_error(request)
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": detail}
        response = HttpResponse(json.dumps(body), status=503, content_type=MEDIA_TYPE)
    else:
        response = render(None, "503.html", {"kind": kind}, status=503)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response
