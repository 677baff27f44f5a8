"""Tries what plugins cannot have and says in its summary what came of it."""

import os
import socket

from wit_world import exports
from wit_world.exports import manifest


def attempt(what, work):
    try:
        work()
    except OSError as refused:
        return f"{what} was refused ({type(refused).__name__})"
    return f"{what} WORKED"


ATTEMPTS = [
    ("reading", lambda: open("/etc/passwd").read()),
    ("writing", lambda: open("/tmp/file", "w").write("text")),
    ("listing", lambda: os.listdir("/")),
    ("connecting", lambda: socket.socket().connect(("127.0.0.1", 80))),
]


class Manifest(exports.Manifest):
    def describe(self):
        return manifest.Description(
            name="opens",
            version="0.1.0",
            summary="; ".join(attempt(what, work) for what, work in ATTEMPTS),
            docs_url=None,
            config_schema="{}",
            credentials=[],
            hosts=[],
            options=[],
            secret_places=[],
            objects=[],
            lacks=[],
        )


class Dns:
    """Nothing calls it; a plugin has a provider interface."""
