"""Cuts out of Google's discovery document of Cloud DNS what the stand-in needs: the methods that the plugin calls and
every schema that they lead to, unchanged.

    python3 discovery.py DOCUMENT > discovery.json

DOCUMENT is `googleapiclient/discovery_cache/documents/dns.v1.json` of the Python package `google-api-python-client`
(Apache-2.0); its version is named in the result.
"""

import json
import sys

PACKAGE = "google-api-python-client 2.202.0"
METHODS = [("managedZones", "list"), ("resourceRecordSets", "list"), ("changes", "create")]


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    methods = {f"{resource}.{name}": document["resources"][resource]["methods"][name] for resource, name in METHODS}
    schemas, waiting = {}, list(references(methods))
    while waiting:
        name = waiting.pop()
        if name not in schemas:
            schemas[name] = document["schemas"][name]
            waiting.extend(references(schemas[name]))
    kept = {
        "origin": f"{PACKAGE}, googleapiclient/discovery_cache/documents/dns.v1.json, (c) Google LLC, Apache-2.0",
        "id": document["id"],
        "revision": document["revision"],
        "rootUrl": document["rootUrl"],
        "parameters": document["parameters"],
        "methods": methods,
        "schemas": dict(sorted(schemas.items())),
    }
    json.dump(kept, sys.stdout, indent=1, ensure_ascii=False)
    print()


main()
