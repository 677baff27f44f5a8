"""A stand-in for Google Cloud DNS, which cannot run here.

What it takes and gives is Google's: requests are routed and checked by the discovery document (discovery.json, see
discovery.py), and so are its own answers. Written by hand, after Google's documentation and what the service is known to
answer, are what the document does not say:
* the token: RS256 by the account's key, `aud` or `scope` but not both, an hour at most (https://google.aip.dev/auth/4111);
* the preconditions of a change and its errors (https://cloud.google.com/dns/docs/error-messages);
* the limits of a change and of a zone, and the number of requests (https://cloud.google.com/dns/quotas).

/by-hand is what an administrator does past the plugin, without a token.

Reads one line of JSON from its standard input (the discovery document, accounts with their public keys), prints one when
it listens, and ends when its standard input does.
"""

import base64
import hashlib
import ipaddress
import json
import os
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

PROJECT = "stand-in-project"
AUDIENCE = "https://dns.googleapis.com/"
DELETIONS = 1000
DATA = 100_000
RECORDS = 100
PAGE = 100

START = json.loads(sys.stdin.readline())
DOCUMENT, ACCOUNTS = START["discovery"], START["accounts"]
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "number": (int, float)}


class Refused(Exception):
    def __init__(self, status, *complaints, name="INVALID_ARGUMENT"):
        errors = [{"domain": "global", "reason": reason, "message": message} for reason, message in complaints]
        self.status = status
        self.body = {"error": {"code": status, "message": errors[0]["message"], "errors": errors, "status": name}}


# What the document says.


def check(value, schema, path):
    """Whether a value is what a schema says, as Google's front end checks it."""
    schema = DOCUMENT["schemas"][schema["$ref"]] if "$ref" in schema else schema
    kind = TYPES[schema["type"]]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Refused(400, ("invalid", f"Invalid value at '{path}' ({schema['type']}), {json.dumps(value)}"))
    if "enum" in schema and value not in schema["enum"]:
        raise Refused(400, ("invalid", f"Invalid value at '{path}', {json.dumps(value)}"))
    if schema.get("format") == "int32" and not -(2**31) <= value < 2**31:
        raise Refused(400, ("invalid", f"Invalid value at '{path}' (TYPE_INT32), {value}"))
    if schema["type"] == "array":
        for number, item in enumerate(value):
            check(item, schema["items"], f"{path}[{number}]")
    if schema["type"] == "object":
        for name, inner in value.items():
            known = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if known is None:
                raise Refused(400, ("invalid", f"Invalid JSON payload received. Unknown name \"{name}\" at '{path}': Cannot find field."))
            check(inner, known, f"{path}.{name}")


def route(method, path, query):
    """The document's method for a request, with its parameters."""
    for name, described in DOCUMENT["methods"].items():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(described["flatPath"]))
        found = re.fullmatch("/" + pattern, path)
        if found and described["httpMethod"] == method:
            known = described["parameters"] | DOCUMENT["parameters"]
            for key, value in query.items():
                if key not in known or known[key]["location"] != "query":
                    raise Refused(400, ("invalid", f"Invalid JSON payload received. Unknown name \"{key}\": Cannot bind query parameter."))
                if known[key]["type"] == "integer" and not value.isdigit():
                    raise Refused(400, ("invalid", f"Invalid value at '{key}' (TYPE_INT32), \"{value}\""))
            return name, described, {key: unquote(value) for key, value in found.groupdict().items()}
    raise Refused(404, ("notFound", "The requested URL was not found on this server."), name="NOT_FOUND")


# What the documentation says.


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verified(signed, signature, modulus):
    """RSASSA-PKCS1-v1_5 with SHA-256 and the exponent 65537 (RFC 8017, section 8.2.2)."""
    length = (modulus.bit_length() + 7) // 8
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(signed.encode()).digest()
    expected = b"\x00\x01" + b"\xff" * (length - len(digest) - 3) + b"\x00" + digest
    found = pow(int.from_bytes(signature, "big"), 65537, modulus)
    return len(signature) == length and found.to_bytes(length, "big") == expected


def account(header):
    """The account that a request's token proves."""
    scheme, _, token = header.partition(" ")
    try:
        signed, _, signature = token.rpartition(".")
        head, claims = (json.loads(decoded(part)) for part in signed.split("."))
        known = ACCOUNTS[head["kid"]]
        now = time.time()
        audience = claims.get("aud") == AUDIENCE and "scope" not in claims
        scope = "aud" not in claims and "https://www.googleapis.com/auth/ndev.clouddns.readwrite" in claims.get("scope", "").split()
        timely = claims["iat"] <= now + 300 and now < claims["exp"] <= claims["iat"] + 3600
        right = scheme == "Bearer" and head["alg"] == "RS256" and claims["iss"] == claims["sub"] == known["email"]
        if right and timely and (audience or scope) and verified(signed, decoded(signature), int(known["modulus"], 16)):
            return known
    except (KeyError, ValueError):
        pass
    raise Refused(401, ("authError", "Request had invalid authentication credentials."), name="UNAUTHENTICATED")


def zone(name, dns_name, more=None):
    number = str(len(zones) + 1)
    content = {
        (dns_name, "NS"): {"name": dns_name, "type": "NS", "ttl": 21600, "rrdatas": ["ns-cloud-a1.googledomains.com."]},
        (dns_name, "SOA"): {"name": dns_name, "type": "SOA", "ttl": 21600, "rrdatas": ["ns-cloud-a1.googledomains.com. cloud-dns-hostmaster.google.com. 1 21600 3600 259200 300"]},
    }
    described = {"kind": "dns#managedZone", "name": name, "dnsName": dns_name, "id": number, "description": "", "visibility": "public"}
    zones[name] = {"described": described | (more or {}), "sets": content, "changes": 0}


def same(one, other):
    keys = ("name", "type", "ttl", "routingPolicy")
    return all(one.get(key) == other.get(key) for key in keys) and sorted(one.get("rrdatas", [])) == sorted(other.get("rrdatas", []))


def complaints_of_value(rrset, path):
    kind, datas = rrset.get("type"), rrset.get("rrdatas", [])
    for number, data in enumerate(datas):
        try:
            if kind in ("A", "AAAA"):
                {"A": ipaddress.IPv4Address, "AAAA": ipaddress.IPv6Address}[kind](data)
            elif kind == "CNAME" and not data.endswith("."):
                raise ValueError
            elif kind == "TXT":
                strings = re.findall(r'"((?:[^"\\]|\\[0-9]{3}|\\[^0-9])*)"', data)
                if re.sub(r'"((?:[^"\\]|\\[0-9]{3}|\\[^0-9])*)"', "", data).strip() or not strings:
                    raise ValueError
                if any(len(re.sub(r"\\([0-9]{3}|.)", "x", text)) > 255 for text in strings):
                    raise ValueError
        except ValueError:
            yield "invalid", f"Invalid value for '{path}.rrdata[{number}]': '{data}'"
    if kind == "CNAME" and len(datas) != 1:
        yield "invalid", f"Invalid value for '{path}.rrdata': a CNAME has one"
    if len(datas) > RECORDS:
        yield "quotaExceeded", f"The change would exceed quota for resource records per resource record set in '{path}'."


def change(found, additions, deletions):
    """The zone's content after a change."""
    data = sum(len(text) for rrset in additions + deletions for text in rrset.get("rrdatas", []))
    limits = [
        (len(additions) > limit["additions"], "additions per change"),
        (len(deletions) > DELETIONS, "deletions per change"),
        (data > DATA, "total rrdata size per change"),
    ]
    exceeded = [("quotaExceeded", f"The change would exceed quota for {what}.") for too_many, what in limits if too_many]
    if exceeded:
        raise Refused(403, *exceeded, name="PERMISSION_DENIED")
    if not additions and not deletions:
        raise Refused(400, ("required", "The 'entity.change' parameter is required but was missing."))
    sets, apex = dict(found["sets"]), found["described"]["dnsName"]
    for number, rrset in enumerate(deletions):
        key = (rrset.get("name"), rrset.get("type"))
        if key not in sets or not same(sets.pop(key), rrset):
            raise Refused(412, ("conditionNotMet", f"Precondition not met for 'entity.change.deletions[{number}]'"), name="FAILED_PRECONDITION")
    for number, rrset in enumerate(additions):
        path = f"entity.change.additions[{number}]"
        name, kind = rrset.get("name", ""), rrset.get("type", "")
        wrong = list(complaints_of_value(rrset, path))
        if not (name == apex or name.endswith("." + apex)):
            wrong.append(("invalid", f"Invalid value for '{path}.name': '{name}'"))
        if bool(rrset.get("rrdatas")) == bool(rrset.get("routingPolicy")) or rrset.get("ttl", 0) < 0:
            wrong.append(("invalid", f"Invalid value for '{path}'"))
        if wrong:
            raise Refused(400, *wrong)
        if (name, kind) in sets:
            raise Refused(409, ("alreadyExists", f"The resource '{path}' named '{name} ({kind})' already exists"), name="ALREADY_EXISTS")
        sets[name, kind] = {key: value for key, value in rrset.items() if key not in ("kind", "signatureRrdatas")}
    for name, kind in sets:
        if kind == "CNAME" and sum(other == name for other, _ in sets) > 1:
            number = next((n for n, rrset in enumerate(additions) if rrset["name"] == name), None)
            if number is not None:
                text = f"The resource record set 'entity.change.additions[{number}]' is invalid because the DNS name '{name}' may have either one CNAME resource record set or resource record sets of other types, but not both."
                raise Refused(400, ("cnameResourceRecordSetConflict", text))
    if len(sets) > limit["sets"] and len(sets) > len(found["sets"]):
        raise Refused(403, ("quotaExceeded", "The change would exceed quota for resource record sets per managed zone."), name="PERMISSION_DENIED")
    return sets


def paged(items, query, key, kind):
    start = int(query.get("pageToken", "0"))
    end = start + min(int(query.get("maxResults", PAGE)), PAGE)
    page = {"kind": kind, key: items[start:end]}
    return page | ({"nextPageToken": str(end)} if end < len(items) else {})


def answer(name, parameters, query, body):
    if name == "managedZones.list":
        all_zones = [found["described"] for found in zones.values()]
        meant = [described for described in all_zones if query.get("dnsName") in (None, described["dnsName"])]
        return paged(meant, query, "managedZones", "dns#managedZonesListResponse")
    found = zones.get(parameters["managedZone"])
    if not found:
        text = f"The 'parameters.managedZone' resource named '{parameters['managedZone']}' does not exist."
        raise Refused(404, ("notFound", text), name="NOT_FOUND")
    if name == "resourceRecordSets.list":
        sets = [
            {"kind": "dns#resourceRecordSet", "signatureRrdatas": []} | rrset
            for key, rrset in sorted(found["sets"].items())
            if query.get("name") in (None, key[0]) and query.get("type") in (None, key[1])
        ]
        return paged(sets, query, "rrsets", "dns#resourceRecordSetsListResponse")
    found["sets"] = change(found, body.get("additions", []), body.get("deletions", []))
    found["changes"] += 1
    return {"kind": "dns#change", "id": str(found["changes"]), "status": "pending", "startTime": "2026-11-21T12:00:00.000Z"} | body


def served(method, path, query, header, body):
    name, described, parameters = route(method, path, query)
    known = account(header)
    limit["requests"] -= 1
    if limit["requests"] < 0:
        status, state = limit["status"], "RESOURCE_EXHAUSTED"
        raise Refused(status, ("rateLimitExceeded", "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'dns.googleapis.com'."), name=state)
    if parameters["project"] != PROJECT or (method != "GET" and not known["writes"]):
        raise Refused(403, ("forbidden", "Forbidden"), name="PERMISSION_DENIED")
    if "request" in described:
        check(body, described["request"], "change")
    result = answer(name, parameters, query, body)
    check(result, described["response"], "answer")
    return result


def by_hand(body):
    if body:
        limit.update({key: body[key] for key in limit if key in body})
    if body and "name" in body:
        sets, key = zones["preview-test"]["sets"], (body["name"] + ".", body["type"])
        sets.pop(key, None)
        rrset = {"name": key[0], "type": key[1], "ttl": body.get("ttl", 60)}
        if body.get("values"):
            sets[key] = rrset | {"rrdatas": body["values"]}
        elif body.get("routingPolicy"):
            sets[key] = rrset | {"routingPolicy": body["routingPolicy"]}
    found = zones["preview-test"]
    rrsets = [rrset for (_, kind), rrset in sorted(found["sets"].items()) if kind not in ("NS", "SOA")]
    return {"rrsets": rrsets, "writes": found["changes"]}


class Handler(BaseHTTPRequestHandler):
    def serve(self):
        octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        status = 200
        with lock:
            try:
                body = json.loads(octets) if octets else None
                if url.path == "/by-hand":
                    result = by_hand(body)
                else:
                    result = served(self.command, url.path, dict(parse_qsl(url.query)), self.headers.get("Authorization", ""), body)
            except Refused as refused:
                status, result = refused.status, refused.body
        octets = json.dumps(result).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = serve

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


lock = threading.Lock()
limit = {"requests": 1_000_000, "status": 403, "additions": 1000, "sets": 10_000}
zones = {}
zone("preview-test", "preview.test.")
zone("second-test", "second.test.")
zone("twins-one", "twins.test.")
zone("twins-two", "twins.test.")
zone("inside-test", "inside.test.", {"visibility": "private"})
zone("forwarded-test", "forwarded.test.", {"visibility": "private", "forwardingConfig": {"targetNameServers": [{"ipv4Address": "192.0.2.53"}]}})
server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print(json.dumps({"port": server.server_port}), flush=True)
server.serve_forever()
