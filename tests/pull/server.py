"""Serves a folder over HTTPS and prints its port: `server.py FOLDER CERTIFICATE KEY [ADDRESS]`."""

import functools
import http.server
import ssl
import sys


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A silent file server. It redirects `/plain/…` to plain HTTP; clients must not follow that redirect."""

    def do_GET(self) -> None:
        if self.path.startswith("/plain/"):
            self.send_response(302)
            self.send_header("Location", f"http://{self.headers['Host']}/{self.path.removeprefix('/plain/')}")
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Discards the message."""


folder, certificate, key, *address = sys.argv[1:]
server = http.server.ThreadingHTTPServer(
    (address[0] if address else "127.0.0.1", 0), functools.partial(Quiet, directory=folder)
)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
