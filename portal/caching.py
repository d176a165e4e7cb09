"""The cache where there is a Redis. It only counts (rate limits): while it is away, nothing is refused for that."""

from __future__ import annotations

import logging

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class TolerantRedisCache(RedisCache):
    """Django's Redis cache; a server that is away is an empty cache, and a warning in the log."""

    def _else(self, name: str, fallback, *args, **kwargs):
        try:
            return getattr(super(), name)(*args, **kwargs)
        except RedisError as error:
            log.warning("Redis did not answer (%s); limits are not counted meanwhile.", error)
            return fallback

    def add(self, *args, **kwargs):
        return self._else("add", True, *args, **kwargs)

    def get(self, key, default=None, version=None):
        return self._else("get", default, key, default, version)

    def set(self, *args, **kwargs):
        return self._else("set", None, *args, **kwargs)

    def delete(self, *args, **kwargs):
        return self._else("delete", False, *args, **kwargs)

    def incr(self, *args, **kwargs):
        return self._else("incr", 0, *args, **kwargs)
