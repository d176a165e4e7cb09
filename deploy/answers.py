"""A container's health: exit code 0 when the program on port 8000 answers the path with 200.

Asked under the site's own name, since the portal refuses any other.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit


def main(path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    host = urlsplit(os.environ["SITE_URL"]).netloc
    connection.request("GET", path, headers={"Host": host, "X-Forwarded-Proto": "https"})
    return int(connection.getresponse().status != 200)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
