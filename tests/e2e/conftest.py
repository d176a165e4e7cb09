import pytest

from tests.e2e.portal import Portal


@pytest.fixture
def portal(tmp_path):
    """A running portal with nothing in it."""
    made = Portal(tmp_path)
    try:
        yield made.start()
    finally:
        made.stop()
        print(made.log()[-4000:])  # shown by pytest when the test fails
