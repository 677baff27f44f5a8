"""Zones and records of the stand-in, after https://developers.cloudflare.com/dns/manage-dns-records/: the order of a batch and
that it is made whole or not at all; what excludes what; times to live; how many records a batch and a zone take."""

import ipaddress

BATCH = 200
TEXTS = 8192
STRING = r'"((?:[^"\\]|\\[0-9]{3}|\\[^0-9])*)"'

zones = {}
count = {"ids": 0, "batches": 0}


def identifier():
    count["ids"] += 1
    return f"{count['ids']:032x}"


def zone(name, account=ACCOUNT, kind="full"):
    described = {
        "id": identifier(), "name": name, "account": {"id": account, "name": "stand-in"}, "activated_on": None, "created_on": WHEN,
        "modified_on": WHEN, "development_mode": 0, "meta": {}, "name_servers": ["a.ns.cloudflare.com", "b.ns.cloudflare.com"],
        "original_dnshost": None, "original_name_servers": None, "original_registrar": None, "owner": {}, "plan": {},
        "status": "active", "type": kind, "paused": False,
    }
    zones[described["id"]] = {"described": described, "records": {}}


def invalid(code, message):
    return Refused(400, 1004, "DNS Validation Error", {"code": code, "message": message})


def checked(post, apex):
    """A record as it is kept."""
    name, kind, content = post["name"].lower().rstrip("."), post["type"], post.get("content", "")
    if name != apex and not name.endswith("." + apex):
        raise invalid(9000, "DNS name is invalid.")
    if post["ttl"] != 1 and not 60 <= post["ttl"] <= 86400:
        raise invalid(9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.")
    try:
        if kind == "A":
            ipaddress.IPv4Address(content)
        elif kind == "AAAA":
            content = ipaddress.IPv6Address(content).compressed
    except ValueError:
        raise invalid(9005, f"Content for {kind} record must be a valid address.") from None
    if kind == "CNAME":
        content = content.lower().rstrip(".")
    if kind == "TXT":
        strings = re.findall(STRING, content)
        if not strings or re.sub(STRING, "", content).strip() or any(len(re.sub(r"\\([0-9]{3}|.)", "x", one)) > 255 for one in strings):
            raise invalid(9207, "Content for TXT record must be quoted character strings of at most 255 bytes.")
    if post.get("proxied") and kind not in ("A", "AAAA", "CNAME"):
        raise invalid(9004, "This record type cannot be proxied.")
    proxied = bool(post.get("proxied"))
    return {
        "id": identifier(), "name": name, "type": kind, "content": content, "ttl": 1 if proxied else post["ttl"], "proxied": proxied,
        "proxiable": kind in ("A", "AAAA", "CNAME"), "comment": post.get("comment") or "", "tags": [], "settings": {}, "meta": {},
        "created_on": WHEN, "modified_on": WHEN,
    }


def posted(records, post, apex):
    made = checked(post, apex)
    same_name = [one for one in records.values() if one["name"] == made["name"]]
    if any((one["type"], one["content"]) == (made["type"], made["content"]) for one in same_name):
        raise Refused(400, 81058, "An identical record already exists.")
    types = {one["type"] for one in same_name}
    if made["type"] == "CNAME" and types & {"A", "AAAA", "CNAME"}:
        raise Refused(400, 81053, "An A, AAAA, or CNAME record with that host already exists.")
    if made["type"] in ("A", "AAAA") and "CNAME" in types:
        raise Refused(400, 81054, "A CNAME record with that host already exists.")
    if made["type"] == "TXT" and sum(len(one["content"]) for one in same_name if one["type"] == "TXT") + len(made["content"]) > TEXTS:
        raise invalid(9313, f"The combined content of TXT records of a name must not exceed {TEXTS} characters.")
    if len(records) >= limit["records"]:
        raise Refused(400, 81045, "Record quota exceeded.")
    records[made["id"]] = made
    return made


def found_zone(parameters):
    if parameters["zone_id"] not in zones:
        raise Refused(404, 7003, f"Could not route to /zones/{parameters['zone_id']}, perhaps your object identifier is invalid?")
    return zones[parameters["zone_id"]]


@answer("Zones.list")
def list_zones(_, query, __):
    meant = [
        one["described"]
        for one in zones.values()
        if query.get("name") in (None, one["described"]["name"])
        and query.get("account", {}).get("id") in (None, one["described"]["account"]["id"])
    ]
    return paged(meant, query, 50)


@answer("Records.list")
def list_records(parameters, query, _):
    suffix = query.get("name", {}).get("endswith", "")
    records = [one for one in found_zone(parameters)["records"].values() if one["name"].endswith(suffix)]
    if query.get("order") == "name":
        records.sort(key=lambda one: one["name"])
    return paged(records, query, 5000)


@answer("Records.batch")
def batch(parameters, _, body):
    found = found_zone(parameters)
    if sum(len(operations) for operations in body.values()) > BATCH:
        raise Refused(400, 10001, f"A batch must not have more than {BATCH} operations.")
    assert not body.get("patches") and not body.get("puts"), "nothing here edits records in place"
    records, deleted = dict(found["records"]), []
    for one in body.get("deletes", []):
        if one["id"] not in records:
            raise Refused(404, 81044, "Record does not exist.")
        deleted.append(records.pop(one["id"]))
    made = [posted(records, post, found["described"]["name"]) for post in body.get("posts", [])]
    found["records"] = records
    count["batches"] += 1
    return {"deletes": deleted, "patches": [], "puts": [], "posts": made}, None


def by_hand_in_dns(body):
    found = next(one for one in zones.values() if one["described"]["name"] == "preview.test")
    if "name" in body:
        gone = [key for key, one in found["records"].items() if (one["name"], one["type"]) == (body["name"], body["type"])]
        for key in gone:
            del found["records"][key]
        for value in body.get("values", []):
            post = {"name": body["name"], "type": body["type"], "content": value, "ttl": body.get("ttl", 60), "proxied": body.get("proxied", False)}
            made = checked(post, "preview.test")
            found["records"][made["id"]] = made
    if "edit" in body:
        for one in found["records"].values():
            if all(one[key] == body["edit"][key] for key in ("name", "type", "content")):
                one |= body["edit"]
    return {"records": sorted(found["records"].values(), key=lambda one: (one["name"], one["type"], one["content"])), "writes": count["batches"]}


deeds.append(by_hand_in_dns)
zone("preview.test")
zone("second.test")
zone("twins.test")
zone("twins.test", account="00000000000000000000000000000acd")
zone("mirrored.test", kind="secondary")
