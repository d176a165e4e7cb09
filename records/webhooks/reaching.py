"""Posting to an address that somebody typed, without being led into one's own network.

Only https. The name is resolved once, every address found must be a public one, and the connection goes to the
address that was checked, so that a name which changes its mind in between leads nowhere else. A redirect is not
followed. Time and size are bounded. ``WEBHOOKS_INSIDE`` names receivers (host:port) in one's own network that may
be reached in spite of all this, also by http.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

CONNECT_S, WITHIN_S = 5.0, 10.0
LARGEST_ANSWER = 4096
# Addresses that look public and are not: of protocols and relays, of a cloud's own services, translated ones.
_NOT_OUTSIDE = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "64:ff9b::/96", "64:ff9b:1::/48")
)


class Unreachable(Exception):
    """Nothing was sent, or no answer came; the text says why."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str


def checked(url: str) -> SplitResult:
    """The parts of an address that may be called; Unreachable, with the reason, for any other."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise Unreachable(_("An address has only printable characters of ASCII."))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, _port(parts)
    except ValueError:
        raise Unreachable(_("This is no address.")) from None
    if parts.scheme != "https" and not (parts.scheme == "http" and _inside(host, port)):
        raise Unreachable(_("The address must begin with https://."))
    if not host or "@" in parts.netloc or parts.fragment:
        raise Unreachable(_("The address needs a host, and neither a name and password nor a fragment."))
    if not _inside(host, port):
        try:
            literal = ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            return parts
        if not is_outside(str(literal)):
            raise Unreachable(_("This address does not lie in the public Internet."))
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (80 if parts.scheme == "http" else 443)


def _inside(host: str | None, port: int) -> bool:
    return f"{host}:{port}" in settings.WEBHOOKS_INSIDE


def is_outside(text: str) -> bool:
    """Whether an address lies in the public Internet, and is not another one in disguise."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if not address.is_global or any(address in network for network in _NOT_OUTSIDE):
        return False
    if address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if address.version == 4:
        return True
    return not (address.ipv4_mapped or address.sixtofour or address.teredo or address.is_site_local)


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Post ``body`` and return what was answered, whatever its status; Unreachable where nothing was."""
    parts = checked(url)
    port = _port(parts)
    sock = _connected(parts.hostname, port)
    late = threading.Event()
    clock = threading.Timer(WITHIN_S, _cut_off, (sock, late))
    clock.daemon = True
    clock.start()
    try:
        if parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=parts.hostname)
        answer = _exchange(sock, parts, body, headers)
        if late.is_set():  # what was cut off can look like an end
            raise TimeoutError
        return answer
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(
            _("Its certificate is not to be trusted: %(why)s") % {"why": error.verify_message}
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        if late.is_set():
            raise Unreachable(_("It took longer than %(n)s seconds.") % {"n": int(WITHIN_S)}) from error
        raise Unreachable(_("No answer: %(why)s") % {"why": error or type(error).__name__}) from error
    finally:
        clock.cancel()
        sock.close()


def _connected(host: str, port: int) -> socket.socket:
    """A connection to one of the addresses of the host, all of which were checked first."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(_("Its name leads nowhere: %(why)s") % {"why": error}) from error
    if not _inside(host, port) and not all(is_outside(target[0]) for *_rest, target in found):
        raise Unreachable(_("Its name leads to an address that does not lie in the public Internet."))
    why: OSError | None = None
    for family, kind, protocol, _name, target in found[:3]:
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(CONNECT_S)
        try:
            sock.connect(target)
        except OSError as error:
            sock.close()
            why = error
        else:
            sock.settimeout(WITHIN_S)
            return sock
    raise Unreachable(_("It cannot be reached: %(why)s") % {"why": why})


def _cut_off(sock: socket.socket, late: threading.Event) -> None:
    """Ends whoever answers a byte at a time: no single wait of theirs is too long, all together are."""
    late.set()
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:  # it has ended by itself
        pass


def _exchange(sock: socket.socket, parts: SplitResult, body: bytes, headers: dict[str, str]) -> Answer:
    wire = http.client.HTTPConnection(parts.hostname, _port(parts))
    wire.sock = sock
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    wire.putrequest("POST", target, skip_host=True, skip_accept_encoding=True)
    own = {"Host": parts.netloc, "User-Agent": "Concord-Webhooks/1", "Connection": "close"}
    sent = {**own, "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    for name, value in sent.items():
        wire.putheader(name, value)
    wire.endheaders(body)
    answer = wire.getresponse()
    return Answer(answer.status, answer.read(LARGEST_ANSWER).decode("utf-8", "replace"))
