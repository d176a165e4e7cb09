"""Requests made up from the schema, well formed and not, sent to the application in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager

import schemathesis
from django.core import signals
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.wsgi import application

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@contextmanager
def one_connection():
    """Keep the test's database connection: an application of its own would give it back after each request."""
    ends = (signals.request_started, signals.request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    try:
        yield
    finally:
        for end in ends:
            end.connect(close_old_connections)


def to_the_end(environ, start_response):
    """The application, each answer read and closed, as a server does."""
    answer = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def operations() -> list:
    """Every operation of the schema, as the schema itself tells of them."""
    schema = schemathesis.openapi.from_wsgi("/api/schema/", to_the_end)
    return [found.ok() for found in schema.get_all_operations()]


def try_out(operation, real: dict, token: str, *, examples: int, fixed: bool) -> Counter:
    """Send made-up requests; raises with the smallest one that breaks the schema or the portal.

    ``real`` are parts of addresses that lead somewhere: most requests take them, since a guess finds nothing. What
    a request changes is rolled back, so that each finds the same world. Returns how often each status came.
    """
    seen: Counter = Counter()
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=fixed,
        database=None,
        phases=[Phase.generate] if fixed else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(_cases(operation), st.integers(0, 9))
    def run(case, chance):
        if chance < 9:  # the simplest request, which comes first, leads somewhere
            case.path_parameters = {name: real.get(name, "x") for name in case.path_parameters or {}}
        with transaction.atomic():
            response = case.call(headers=headers)
            seen[response.status_code] += 1
            case.validate_response(response, checks=CHECKS)
            transaction.set_rollback(True)

    run()
    return seen


def _cases(operation):
    wanted: list[Callable] = [operation.as_strategy()]
    if operation.body or operation.query:
        wanted.append(operation.as_strategy(GenerationMode.NEGATIVE))
    return st.one_of(wanted)
