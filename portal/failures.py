"""What a failed request answers: 503 with a sentence where the data cannot be written to, else 500."""

from __future__ import annotations

import json
import sys

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.defaults import server_error

from portal.api.problems import MEDIA_TYPE
from records.storage import cannot_be_written

RETRY_AFTER_S = 60


def failed(request):
    """``handler500``: Django has logged the error and still holds it; the act's transaction is rolled back."""
    if not cannot_be_written(sys.exc_info()[1]):
        return server_error(request)
    if request.path.startswith("/api/"):
        detail = _("The portal's data cannot be written to just now. Nothing was changed.")
        body = {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": detail}
        response = HttpResponse(json.dumps(body), status=503, content_type=MEDIA_TYPE)
    else:
        response = render(None, "503.html", status=503)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response
