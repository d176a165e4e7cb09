"""Messages as files: none is read before it is whole, and what a stop has broken ends no worker."""

import subprocess
import sys
from queue import Empty

import pytest
from kombu import Connection

from portal import filebroker
from tests.support import ROOT

MESSAGES = 400
PUTTING = """
import sys
from kombu import Connection
from portal.filebroker import Transport
options = {"data_folder_in": sys.argv[1], "data_folder_out": sys.argv[1], "control_folder": sys.argv[1] + "/control"}
with Connection("filesystem://", transport=Transport, transport_options=options) as connection:
    channel = connection.channel()
    for n in range(int(sys.argv[2])):
        channel._put("work", {"n": n, "long": "x" * 50_000})
"""


@pytest.fixture
def channel(tmp_path):
    (tmp_path / "control").mkdir()
    options = {
        "data_folder_in": str(tmp_path),
        "data_folder_out": str(tmp_path),
        "control_folder": str(tmp_path / "control"),
        "store_processed": False,
    }
    with Connection("filesystem://", transport=filebroker.Transport, transport_options=options) as connection:
        yield connection.channel()


def test_a_reader_beside_a_writer_gets_every_message_whole(channel, tmp_path):
    writer = subprocess.Popen([sys.executable, "-c", PUTTING, str(tmp_path), str(MESSAGES)], cwd=ROOT)
    found = []
    while len(found) < MESSAGES:
        try:
            found.append(channel._get("work"))
        except Empty:
            ended = writer.poll()
            assert ended in (None, 0)
            if ended == 0 and not list(tmp_path.glob("*.msg")):
                break
    assert writer.wait() == 0
    assert sorted(each["n"] for each in found) == list(range(MESSAGES))
    assert all(len(each["long"]) == 50_000 for each in found)


def test_a_message_that_a_stop_left_empty_is_dropped_and_the_next_comes(channel, tmp_path):
    (tmp_path / "0_empty.work.msg").touch()
    channel._put("work", {"n": 1})
    with pytest.raises(Empty):
        channel._get("work")
    assert channel._get("work") == {"n": 1}


def test_a_table_that_a_stop_left_empty_is_made_anew(channel, tmp_path):
    table = tmp_path / "control" / "celery.exchange"
    table.touch()
    assert channel.get_table("celery") == []
    channel._queue_bind("celery", "work", "", "work")
    assert [row.queue for row in channel.get_table("celery")] == ["work"]
