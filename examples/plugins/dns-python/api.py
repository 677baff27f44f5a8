"""The server's requests. ../README.md is their specification."""

import json
from urllib.parse import quote, urlencode

from componentize_py_types import Err
from wit_world.imports import credentials
from wit_world.imports.maquette_plugin_types import (
    Error_Forbidden,
    Error_NotFound,
    Error_Other,
    Error_RateLimited,
    Error_Transient,
    Error_Unauthorized,
    TransientError,
)

import http_client


class Api:
    def __init__(self, ctx):
        self.base = json.loads(ctx.config)["url"].rstrip("/")
        self.deadline_ms = ctx.deadline_ms
        try:
            # A placeholder: the host puts the token in its place on the way out.
            self.authorization = credentials.header_value("token")
        except Err as refused:
            raise Err(Error_Unauthorized(refused.value.value)) from None

    def zones(self):
        return self.read("/zones")

    def sets(self, zone, names):
        """Every record set of these names, page after page."""
        items, cursor = [], None
        while names:
            query = [("name", name) for name in names] + ([("cursor", cursor)] if cursor else [])
            page = self.read(f"/zones/{quote(zone)}/records?{urlencode(query)}")
            items += page["items"]
            cursor = page["next"]
            if not cursor:
                break
        return items

    def owned(self, zone, prefix, cursor):
        query = [("ownerPrefix", prefix)] + ([("cursor", cursor)] if cursor else [])
        return self.read(f"/zones/{quote(zone)}/records?{urlencode(query)}")

    def find(self, zone, name, kind):
        kind = kind.name.lower()
        return next((item for item in self.sets(zone, [name]) if item["kind"] == kind), None)

    def write(self, zone, records, owner, expect):
        """Whether it was stored, and what is there now. `expect` is a version, or None for nothing at all."""
        condition = ("if-none-match", "*") if expect is None else ("if-match", expect)
        body = {"ttl": records.ttl, "values": records.values, "owner": owner}
        return self.conditional("PUT", zone, records.name, records.kind, condition, body)

    def remove(self, zone, name, kind, expect):
        """Whether it is gone, and what is there otherwise."""
        try:
            return self.conditional("DELETE", zone, name, kind, ("if-match", expect), None)
        except Err as refused:
            if isinstance(refused.value, Error_NotFound):
                return True, None
            raise

    def read(self, path):
        status, body = self.send("GET", path, [], None)
        return self.success(status, body)

    def conditional(self, method, zone, name, kind, condition, body):
        path = f"/zones/{quote(zone)}/records/{quote(name)}/{kind.name.lower()}"
        answer, text = self.send(method, path, [condition], body)
        if answer.status == 412:
            return False, parse(text)
        return True, self.success(answer, text)

    def send(self, method, path, headers, body):
        headers = [("authorization", self.authorization), *headers]
        if body is not None:
            headers.append(("content-type", "application/json"))
        data = b"" if body is None else json.dumps(body).encode()
        answer = http_client.send(method, self.base + path, headers, data, self.deadline_ms)
        return answer, answer.body

    def success(self, answer, body):
        if answer.status == 204:
            return None
        if 200 <= answer.status < 300:
            return parse(body)
        raise Err(meaning(answer))


def parse(body):
    try:
        return json.loads(body)
    except ValueError as error:
        raise Err(Error_Transient(TransientError(None, f"the server's answer is no JSON: {error}"))) from None


def meaning(answer):
    """The contract's error for an answer that is no success."""
    said = f"the server answered {answer.status}: {answer.body[:300].decode(errors='replace')}"
    wait = answer.headers.get("retry-after", "")
    wait_ms = int(wait) * 1000 if wait.isdecimal() else None
    if answer.status == 401:
        return Error_Unauthorized(said)
    if answer.status == 403:
        return Error_Forbidden(said)
    if answer.status == 404:
        return Error_NotFound(said)
    if answer.status == 429:
        return Error_RateLimited(1000 if wait_ms is None else wait_ms)
    if answer.status >= 500:
        return Error_Transient(TransientError(wait_ms, said))
    return Error_Other(said)
