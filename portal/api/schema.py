"""The description of the API (OpenAPI 3): made once for each language and form, kept while the process lives.

It takes seconds to make, and depends on nothing but the code and the language: not on who asks, nor on the data.
"""

from __future__ import annotations

import hashlib
from threading import Lock

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView

# (language, media type) → the bytes and their tag: as many as there are languages times forms, never more.
_made: dict[tuple[str, str], tuple[bytes, str]] = {}
_descriptions: dict[str, dict] = {}
_one_at_a_time = Lock()


class SchemaView(SpectacularAPIView):
    """``/api/schema/``, as YAML or JSON by ``Accept``; ``?lang=`` takes another language than that of the request.

    Answers carry a strong ``ETag``; 304 where ``If-None-Match`` names it.
    """

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):
        language = _spoken(request.GET.get("lang")) or _spoken(translation.get_language())
        with translation.override(language or settings.LANGUAGE_CODE):
            return self._get_schema_response(request)

    def _get_schema_response(self, request) -> HttpResponse:
        language, renderer = translation.get_language(), request.accepted_renderer
        data, tag = self._bytes(language, renderer)
        charset = f"; charset={renderer.charset}" if renderer.charset else ""
        answer = HttpResponse(data, content_type=renderer.media_type + charset)
        answer["Content-Disposition"] = f'inline; filename="{self._get_filename(request, None)}"'
        answer["Content-Language"] = language
        answer["ETag"] = tag
        patch_cache_control(answer, no_cache=True)  # kept by the reader, and asked for anew by its tag
        return get_conditional_response(request, etag=tag, response=answer)

    def _bytes(self, language: str, renderer) -> tuple[bytes, str]:
        key = (language, renderer.media_type)
        with _one_at_a_time:
            if key not in _made:
                if language not in _descriptions:
                    _descriptions[language] = self.generator_class().get_schema(request=None, public=True)
                data = renderer.render(_descriptions[language], renderer_context={})
                _made[key] = data, f'"{hashlib.sha256(data).hexdigest()}"'
            return _made[key]


def _spoken(language: str | None) -> str:
    """The language that the portal speaks for this code, "" where it speaks none."""
    try:
        return translation.get_supported_language_variant(language or "")
    except (LookupError, ValueError):  # ValueError: longer than any code is
        return ""
