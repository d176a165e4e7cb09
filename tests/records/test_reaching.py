"""Where webhooks are never sent: into one's own network, by name, number, redirect or change of mind."""

from __future__ import annotations

import socket
import time
from datetime import timedelta

import pytest

from records.webhooks import reaching
from tests.records.receivers import Authority, receiver


@pytest.fixture
def far(settings):
    """A receiver that the portal may reach though it lies on this machine."""
    with receiver() as kept:
        settings.WEBHOOKS_INSIDE = [kept.where]
        yield kept


INSIDE = [
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.0.192", "168.63.129.16", "198.18.0.1",
    "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
    "2002:7f00:1::", "2001:0:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::1", "fec0::1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_in_one_s_own_network_are_refused(monkeypatch, address):
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(reaching.Unreachable, match="public Internet"):
        reaching.checked(f"https://{literal}/hook")
    opened = names_lead_to(monkeypatch, address)
    with pytest.raises(reaching.Unreachable, match="public Internet"):
        reaching.post("https://receiver.example/hook", b"{}", {})
    assert opened == []


def names_lead_to(monkeypatch, *addresses: str) -> list:
    """Let every name lead to these addresses; returns the connections that were begun."""
    opened: list = []

    def getaddrinfo(host, port, *_args, **_kwargs):
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in a], socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]

    class Recorded(socket.socket):
        def connect(self, target):
            opened.append(target)
            raise OSError("not in a test")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "socket", Recorded)
    return opened


def test_public_addresses_are_called_and_one_wrong_one_among_them_is_enough_to_refuse(monkeypatch):
    opened = names_lead_to(monkeypatch, "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    with pytest.raises(reaching.Unreachable, match="not in a test"):
        reaching.post("https://receiver.example/hook", b"{}", {})
    assert [target[0] for target in opened] == ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
    opened = names_lead_to(monkeypatch, "93.184.215.14", "10.0.0.1")
    with pytest.raises(reaching.Unreachable, match="public Internet"):
        reaching.post("https://receiver.example/hook", b"{}", {})
    assert opened == []


def test_a_name_that_changes_its_mind_leads_nowhere_else(monkeypatch):
    """DNS rebinding: public when it is checked, loopback when it is asked again. It is asked once."""
    opened = names_lead_to(monkeypatch, "93.184.215.14")
    asked, first = [], socket.getaddrinfo

    def changing(host, port, *args, **kwargs):
        asked.append(host)
        if len(asked) == 1:
            return first(host, port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    with pytest.raises(reaching.Unreachable):
        reaching.post("https://receiver.example/hook", b"{}", {})
    assert [target[0] for target in opened] == ["93.184.215.14"]
    assert asked == ["receiver.example"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "https://", "https:///x",
        "https://user:word@example.org/", "https://example.org/#x", "https://example.org:99999/",
        "https://exa mple.org/", "https://example.org/\r\nX: y", "https://ex\u00e4mple.org/", "https://[::1/",
        "gopher://example.org", "//example.org/", "example.org",
    ],
)  # fmt: skip
def test_addresses_that_are_none_are_refused(url):
    with pytest.raises(reaching.Unreachable):
        reaching.checked(url)


def test_a_receiver_on_this_machine_is_not_reached_unless_it_is_named():
    with receiver() as kept:
        with pytest.raises(reaching.Unreachable):
            reaching.post(kept.url, b"{}", {})
        with pytest.raises(reaching.Unreachable):
            reaching.post(kept.url.replace("http:", "https:"), b"{}", {})
        with pytest.raises(reaching.Unreachable):  # a name that this machine itself resolves
            reaching.post(kept.url.replace("http://127.0.0.1", "https://localhost"), b"{}", {})
        assert kept.got == []


def test_a_receiver_that_never_comes_to_an_end_is_cut_off(far, monkeypatch):
    monkeypatch.setattr(reaching, "WITHIN_S", 1.0)
    far.slowly = True
    began = time.monotonic()
    with pytest.raises(reaching.Unreachable, match="longer than"):
        reaching.post(far.url, b"{}", {})
    assert time.monotonic() - began < 4


def test_of_a_long_answer_only_the_beginning_is_read(far):
    far.answers, far.text = [200], b"x" * 2_000_000
    answer = reaching.post(far.url, b"{}", {})
    assert (answer.status, len(answer.text)) == (200, reaching.LARGEST_ANSWER)


def test_a_receiver_must_show_a_certificate_that_is_trusted(far):
    """The receiver speaks plain HTTP: whatever is wrong with the handshake, nothing of the message goes out."""
    with pytest.raises(reaching.Unreachable):
        reaching.post(far.url.replace("http:", "https:"), b'{"secret": 1}', {})
    assert far.got == []


# ---- https ----------------------------------------------------------------------------------------


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """An authority that this machine trusts for the time of the test."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


def test_a_receiver_is_reached_by_https_and_its_answer_is_read(authority, settings):
    with receiver(authority.server()) as kept:
        settings.WEBHOOKS_INSIDE = [kept.where]
        kept.answers, kept.text = [202], b"taken"
        answer = reaching.post(kept.url, b'{"a": 1}', {"webhook-id": "m-1"})
        assert (answer.status, answer.text) == (202, "taken")
        [(headers, body)] = kept.got
        assert (body, headers["webhook-id"], headers["host"]) == (b'{"a": 1}', "m-1", kept.where)


def test_nothing_is_sent_to_a_receiver_whose_certificate_does_not_hold(authority, settings, tmp_path):
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    for context, why in (
        (stranger.server(), "unable to get local issuer|self.signed|verify failed|signature"),
        (authority.server("127.0.0.2"), "mismatch|not valid for"),
        (authority.server(lasts=timedelta(days=-1)), "expired"),
    ):
        with receiver(context) as kept:
            settings.WEBHOOKS_INSIDE = [kept.where]
            with pytest.raises(reaching.Unreachable, match=f"(?i)not to be trusted.*({why})"):
                reaching.post(kept.url, b'{"secret": 1}', {})
            assert kept.got == []


def test_https_does_not_open_one_s_own_network(authority):
    """A good certificate is no reason to call an address inside that nobody named."""
    with receiver(authority.server()) as kept:
        with pytest.raises(reaching.Unreachable, match="public Internet"):
            reaching.post(kept.url, b"{}", {})
        assert kept.got == []
