"""A mail server small enough for a test: real sockets, real SMTP, answers that a test chooses."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading


class Server(socketserver.ThreadingTCPServer):
    """Takes letters on a port of loopback. ``answers`` gives for an address what RCPT is answered with."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0):
        super().__init__(("127.0.0.1", port), _Talk)
        self.letters: list[tuple[str, email.message.EmailMessage]] = []
        self.answers: dict[str, str] = {}
        self.greeting = "220 ready"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        self.say(self.server.greeting)
        to = ""
        while line := self.rfile.readline().decode().strip():
            verb = line.upper()
            if verb.startswith(("EHLO", "HELO")):
                self.say("250 here")
            elif verb.startswith("RCPT"):
                to = line[line.index("<") + 1 : line.index(">")]
                self.say(self.server.answers.get(to, "250 well"))
            elif verb == "DATA":
                self.say("354 go on")
                self.server.letters.append((to, self.read()))
                self.say("250 taken")
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 well")

    def read(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
