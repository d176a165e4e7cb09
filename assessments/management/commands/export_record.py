from __future__ import annotations

import json

from assessments.management.base import ActionCommand, Usage, replacing
from records import reading
from records.models import Stream


class Command(ActionCommand):
    help = "Write a stream of the record as JSON lines, for python -m records.verify (procedure 1.3)."

    def arguments(self, parser):
        parser.add_argument("stream", metavar="STREAM", help="its key, such as cycle/un-2027")
        parser.add_argument("-o", "--output", metavar="FILE", required=True)

    def act(self, *, by, now, stream, output, **_options):
        found = Stream.objects.filter(key=stream).first()
        allowed = reading.visibilities(by, found) if found else None
        if allowed is None:
            raise Usage(f"STREAM: there is no stream {stream}.")
        entries, last = 0, "0" * 64
        with replacing(output) as file, file.open("wb") as sink:
            for line in reading.export(found, allowed, now):
                sink.write(line)
                # The head of what was written: the stream may have grown meanwhile.
                if entry := json.loads(line).get("entry"):
                    entries, last = entry["seq"], entry["hash"]
        return {"entries": entries, "head": f"{entries}:{last}"}
