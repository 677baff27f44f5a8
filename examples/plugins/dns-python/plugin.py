"""What the host calls: the interfaces `manifest` and `dns` of wit/, and nothing else.

| file | does |
|---|---|
| plugin.py | the exports |
| decide.py | what becomes of a change; pure |
| records.py | one representation for every record set; pure |
| api.py | the server's requests |
| http_client.py | one request over wasi:http, because there are no sockets |
"""

import json

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.exports import manifest
from wit_world.exports.dns import Observed, Page, RecordSet, Zone

from api import Api
from decide import apply_change
from records import canonical, canonical_name, parse_set

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["url"],
    "properties": {
        "url": {
            "type": "string",
            "format": "uri",
            "pattern": "^https?://[^/?#@]+(/[^?#]*)?$",
            "description": "Base URL of the server, for example `https://zones.example.com`.",
        }
    },
}


class Manifest(exports.Manifest):
    def describe(self):
        return manifest.Description(
            name="memory-zone-python",
            version="0.1.0",
            summary="Keeps record sets in a server of zones in memory; written in Python",
            docs_url=None,
            config_schema=json.dumps(SCHEMA),
            credentials=[
                manifest.Credential(
                    name="token",
                    description="The token that the server was started with",
                    placement=manifest.Placement_Bearer(),
                    provision=manifest.Provision.REQUIRED,
                    group=None,
                    hosts=[],
                )
            ],
            hosts=[manifest.Host_FromConfig("/url")],
            options=[],
            secret_places=[],
            objects=[],
            lacks=[],
        )


class Dns(exports.Dns):
    def zones(self, ctx):
        return [Zone(name=canonical_name(zone["name"], "zone"), id=zone["id"]) for zone in Api(ctx).zones()]

    def normalize(self, ctx, records):
        return [canonical(each, f"records[{position}]") for position, each in enumerate(records)]

    def observe(self, ctx, zone, names):
        zone = canonical_name(zone, "zone")
        names = [canonical_name(name, f"names[{position}]", zone) for position, name in enumerate(names)]
        return [observed(item) for item in Api(ctx).sets(zone, names)]

    def apply(self, ctx, zone, changes):
        zone = canonical_name(zone, "zone")
        api = Api(ctx)
        outcomes = []
        for position, change in enumerate(changes):
            # One refused change says nothing of the others.
            try:
                outcomes.append(Ok(apply_change(api, zone, change, f"changes[{position}]")))
            except Err as refused:
                outcomes.append(Err(refused.value))
        return outcomes

    def list_owned(self, ctx, zone, owner_prefix, cursor):
        page = Api(ctx).owned(canonical_name(zone, "zone"), owner_prefix, cursor)
        return Page(items=[observed(item) for item in page["items"]], next=page["next"])


def observed(item):
    return Observed(records=parse_set(item), owner=item["owner"], etag=item["version"])
