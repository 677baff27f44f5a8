"""moto's server of Route 53 (https://docs.getmoto.org), as a stand-in for the service: others maintain it and
compare it with AWS. Signatures are verified and IAM policies are kept, by moto's own means.

Some things are added here, because moto 5.2 keeps them only in part and the plugin relies on them:
* the preconditions of ChangeResourceRecordSets, with the words in which Route 53 refuses a batch: CREATE of what exists,
  DELETE of what is not there or differs, a CNAME beside other records, 1,000 elements, 32,000 characters;
* /by-hand: what an administrator does past the plugin, without a signature.

Prints one line of JSON when it listens, and ends when its standard input does.
"""

import json
import os
import sys
import threading

from moto import settings
from moto.core.exceptions import ServiceException
from moto.iam import iam_backends
from moto.iam.access_control import IAMRequest
from moto.route53.models import RecordSet, Route53Backend, route53_backends
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

ACCOUNT = "123456789012"


class InvalidChangeBatch(ServiceException):
    def __init__(self, messages):
        super().__init__("InvalidChangeBatch", "[" + ", ".join(messages) + "]")


def dotted(name):
    return name if name.endswith(".") else name + "."


def refusals(zone, changes):
    now = {(r.name, r.type): (int(r.ttl or 0), sorted(r.records or [])) for r in zone.rrsets}
    elements = characters = 0
    for change in changes:
        rrset = change["ResourceRecordSet"]
        name, kind = dotted(rrset["Name"]), rrset["Type"]
        values = [r["Value"] for r in rrset.get("ResourceRecords") or []]
        elements += len(values)
        characters += sum(map(len, values))
        wanted = (int(rrset.get("TTL") or 0), sorted(values))
        what = f"resource record set [name='{name}', type='{kind}']"
        if change["Action"] == "CREATE":
            if (name, kind) in now:
                yield f"Tried to create {what} but it already exists"
            now[name, kind] = wanted
        elif change["Action"] == "DELETE":
            if (name, kind) not in now:
                yield f"Tried to delete {what} but it was not found"
            elif now.pop((name, kind)) != wanted:
                yield f"Tried to delete {what} but the values provided do not match the current values"
    for name, kind in now:
        if kind == "CNAME" and sum(other == name for other, _ in now) > 1:
            yield f"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the same DNS name in zone {zone.name}"
    if elements > 1000:
        yield "Number of records limit of 1000 exceeded."
    if characters > 32000:
        yield "Maximum of 32000 characters in Value elements exceeded."


original = Route53Backend.change_resource_record_sets
lock = threading.Lock()
writes = 0


def change_resource_record_sets(self, zoneid, change_list):
    global writes
    with lock:
        zone = self.get_hosted_zone(zoneid)
        messages = list(refusals(zone, change_list))
        if messages:
            raise InvalidChangeBatch(messages)
        deletes = [c for c in change_list if c["Action"] == "DELETE"]
        creates = [c for c in change_list if c["Action"] != "DELETE"]
        # moto compares with a journal of what was ever made; what is there now is what Route 53 compares with.
        for part in (deletes, creates):
            zone.rr_changes.clear()
            for c in deletes if part is deletes else []:
                zone.rr_changes.append({"Action": "CREATE", "ResourceRecordSet": dict(c["ResourceRecordSet"])})
            if part:
                original(self, zoneid, part)
        writes += 1


Route53Backend.change_resource_record_sets = change_resource_record_sets

prepare = IAMRequest.__init__


def without_parameters(self, *args, **kwargs):
    """moto 5.2 takes the parsed parameters of a request without body for its body, and then refuses its signature."""
    prepare(self, *args, **kwargs)
    self._data = b""


IAMRequest.__init__ = without_parameters

backend = route53_backends[ACCOUNT]["aws"]
backend.create_hosted_zone("preview.test.", False, "one")
backend.create_hosted_zone("second.test.", False, "two")
backend.create_hosted_zone("twins.test.", False, "three")
backend.create_hosted_zone("twins.test.", False, "four")
backend.create_hosted_zone("inside.test.", True, "five", vpcid="vpc-1", vpcregion="us-east-1")
zone = next(z for z in backend.zones.values() if z.name == "preview.test.")

iam = iam_backends[ACCOUNT]["aws"]


def key(user, actions):
    iam.create_user(region_name="us-east-1", user_name=user)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.put_user_policy(user, "policy", json.dumps(policy))
    made = iam.create_access_key(user_name=user)
    return {"id": made.access_key_id, "secret": made.secret_access_key}


def by_hand(environ, start):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    with lock:
        if environ["REQUEST_METHOD"] == "POST":
            change = json.loads(body)
            name = dotted(change["name"])
            zone.rrsets = [r for r in zone.rrsets if (r.name, r.type) != (name, change["type"])]
            if change.get("values"):
                zone.add_rrset({"Name": name, "Type": change["type"], "TTL": change["ttl"], "ResourceRecords": change["values"]})
        rrsets = [
            {"name": r.name, "type": r.type, "ttl": int(r.ttl or 0), "values": sorted(r.records or [])}
            for r in sorted(zone.rrsets, key=lambda r: (r.name, r.type))
            if r.type not in ("NS", "SOA")
        ]
        answer = json.dumps({"rrsets": rrsets, "writes": writes}).encode()
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]


moto = DomainDispatcherApplication(create_backend_app)


def application(environ, start):
    if environ["PATH_INFO"] == "/by-hand":
        return by_hand(environ, start)
    return moto(environ, start)


keys = {"full": key("full", "route53:*"), "reader": key("reader", ["route53:List*", "route53:Get*"])}
settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
server = make_server("127.0.0.1", 0, application, threaded=True)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print(json.dumps({"port": server.server_port, "zone": zone.resource_id, "keys": keys}), flush=True)
server.serve_forever()
