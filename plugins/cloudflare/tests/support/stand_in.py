"""A stand-in for Cloudflare's API, which cannot run here. This file: requests, tokens and limits; dns.py: zones and records;
tunnels.py: tunnels.

What it takes and gives is Cloudflare's: requests are routed and checked by the shapes that shapes.cjs derives from
Cloudflare's published package, and so are its own answers. Written by hand, after Cloudflare's documentation and what the
service is known to answer, are what shapes do not say:
* the envelope of errors, codes, tokens (https://developers.cloudflare.com/fundamentals/api/);
* the limit of requests with its headers (https://developers.cloudflare.com/fundamentals/api/reference/limits/).

/by-hand is what an administrator does past the plugin, without a token.

Reads one line of JSON from its standard input (shapes, tokens), prints one when it listens, and ends when its standard
input does.
"""

import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

START = json.loads(sys.stdin.readline())
SHAPES, TOKENS = START["shapes"], START["tokens"]
ACCOUNT = "00000000000000000000000000000acc"
WHEN = "2026-11-21T12:00:00.000000Z"
TYPES = {"string": str, "number": (int, float), "boolean": bool, "array": list, "object": dict, "null": type(None)}

lock = threading.Lock()
# Requests that are left, and records that a zone takes.
limit = {"requests": 1_000_000, "records": 100_000}
answers, deeds = {}, []


class Refused(Exception):
    def __init__(self, status, code, message, chain=None):
        self.status = status
        self.errors = [{"code": code, "message": message} | ({"error_chain": [chain]} if chain else {})]


def answer(method):
    """Marks the function that answers a method of the package; `excuse` says where the service does otherwise than its types."""

    def mark(function):
        answers[method] = function
        return function

    return mark


# What the package says.


def fault(value, schema, path):
    """What is wrong with a value; nothing where it is what the schema says."""
    if "$ref" in schema:
        return fault(value, SHAPES["defs"][schema["$ref"]], path)
    if "anyOf" in schema:
        faults = [fault(value, one, path) for one in schema["anyOf"]]
        return None if None in faults else "; ".join(faults)
    if "enum" in schema:
        return None if value in schema["enum"] else f"{path}: {json.dumps(value)} is none of {schema['enum']}"
    if "type" not in schema:
        return None
    if not isinstance(value, TYPES[schema["type"]]) or (isinstance(value, bool) and schema["type"] == "number"):
        return f"{path}: {json.dumps(value)} is no {schema['type']}"
    inner = []
    if schema["type"] == "array":
        inner = [fault(item, schema["items"], f"{path}/{number}") for number, item in enumerate(value)]
    if schema["type"] == "object":
        inner = [f"{path}/{name} is missing" for name in schema["required"] if name not in value]
        for name, item in value.items():
            known = schema["properties"].get(name, schema["additionalProperties"])
            inner.append(f"{path}/{name} is unknown" if known is False else fault(item, known, f"{path}/{name}"))
    return next((one for one in inner if one), None)


def route(verb, path):
    for name, described in SHAPES["methods"].items():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape("/client/v4" + described["path"]))
        found = re.fullmatch(pattern, path)
        if found and described["verb"] == verb:
            return name, described, {key: unquote(value) for key, value in found.groupdict().items()}
    raise Refused(400, 7000, "No route for that URI")


def nested(pairs, schema):
    """A query as the package's types write it: `name.endswith=x` is `{"name": {"endswith": "x"}}`."""
    query = {}
    for key, value in pairs:
        first, _, rest = key.partition(".")
        kind = schema["properties"].get(first, {}).get("type")
        if kind == "number" and value.isdigit():
            value = int(value)
        if kind == "boolean" and value in ("true", "false"):
            value = value == "true"
        if rest:
            query.setdefault(first, {})[rest] = value
        else:
            query[first] = value
    return query


# What the documentation says.


def authorized(header, writes):
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer" or not re.fullmatch(r"[A-Za-z0-9_-]{40,}", token):
        raise Refused(400, 6003, "Invalid request headers", {"code": 6111, "message": "Invalid format for Authorization header"})
    if token not in TOKENS:
        raise Refused(403, 9109, "Invalid access token")
    if writes and not TOKENS[token]["writes"]:
        raise Refused(403, 10000, "Authentication error")


def paged(items, query, most):
    page, size = query.get("page", 1), query.get("per_page", 20)
    if not 1 <= size <= most:
        raise Refused(400, 1006, f"per_page must be between 1 and {most}")
    found = items[(page - 1) * size : page * size]
    info = {"page": page, "per_page": size, "count": len(found), "total_count": len(items), "total_pages": -(-len(items) // size)}
    return found, info


def served(verb, url, header, body):
    limit["requests"] -= 1
    if limit["requests"] < 0:
        raise Refused(429, 971, "Please wait and consider throttling your request speed")
    name, described, parameters = route(verb, url.path)
    authorized(header, verb != "GET")
    query = nested(parse_qsl(url.query), described["query"])
    wrong = fault(query, described["query"], "query")
    if described["body"]:
        wrong = wrong or fault(body, described["body"], "body")
    if wrong and not answers["excuse"](name, wrong):
        raise Refused(400, 10001, f"Invalid request: {wrong}")
    result, info = answers[name](parameters, query, body)
    wrong = fault(result, described["result"], "result")
    assert not wrong or answers["excuse"](name, wrong), f"the stand-in answers what it must not: {wrong}"
    return {"success": True, "errors": [], "messages": [], "result": result} | ({"result_info": info} if info else {})


class Handler(BaseHTTPRequestHandler):
    def serve(self):
        octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url, status = urlsplit(self.path), 200
        with lock:
            try:
                body = json.loads(octets) if octets else None
                if url.path == "/by-hand":
                    result = by_hand(body or {})
                else:
                    result = served(self.command, url, self.headers.get("Authorization", ""), body)
            except Refused as refused:
                status = refused.status
                result = {"success": False, "errors": refused.errors, "messages": [], "result": None}
            except AssertionError as wrong:
                status, result = 500, {"wrong": str(wrong)}
        octets = json.dumps(result).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        if url.path != "/by-hand":
            self.send_header("Ratelimit", f'"default";r={max(limit["requests"], 0)};t=240')
            self.send_header("Ratelimit-Policy", '"default";q=1200;w=300')
        if status == 429:
            self.send_header("Retry-After", "300")
        self.end_headers()
        self.wfile.write(octets)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = serve

    def log_message(self, *_):
        pass


def by_hand(body):
    """What an administrator does: each part of the stand-in takes what it knows and adds what it has."""
    limit.update({key: body[key] for key in limit if key in body})
    told = {}
    for deed in deeds:
        told |= deed(body)
    return told


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def start():
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(json.dumps({"port": server.server_port, "account": ACCOUNT}), flush=True)
    server.serve_forever()
