"""Messages for the embedded workers as files; kombu's transport, but for files that are not whole.

There a message, or the table of an exchange, can be read between its making and its writing, or be left empty by a
stop in between: the worker that meets it ends, and one whose table is empty never begins again.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from queue import Empty
from time import monotonic
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    def _put(self, queue, payload, **kwargs) -> None:
        """Under its name a message is whole: it is written under another first."""
        folder = Path(self.data_folder_out)
        # The oldest is taken first, by the name.
        name = f"{round(monotonic() * 1000)}_{uuid4()}"
        part = folder / f"{name}.part"
        part.write_text(dumps(payload))
        os.replace(part, folder / f"{name}.{queue}.msg")

    def _get(self, queue):
        try:
            return super()._get(queue)
        except ValueError:
            # It has left the folder, and its job's row has it sent again.
            logger.warning("a message that was not whole is dropped", extra={"queue": queue})
            raise Empty from None

    def get_table(self, exchange) -> list:
        try:
            return super().get_table(exchange)
        except ValueError:
            return []

    def _queue_bind(self, exchange, *args) -> None:
        try:
            super()._queue_bind(exchange, *args)
        except ValueError:
            self._exchange_file(exchange).unlink(missing_ok=True)
            super()._queue_bind(exchange, *args)


class Transport(filesystem.Transport):
    Channel = Channel
