"""What becomes of one change. The server compares and sets, so each write is safe by itself.

`api` is asked through three functions (`find`, `write`, `remove`); everything else here is pure.
"""

from componentize_py_types import Err
from wit_world.exports.dns import Change_Create, Change_Replace
from wit_world.imports.maquette_plugin_types import Error_Conflict, Error_Invalid, FieldError

from records import canonical, canonical_name, parse_set


def apply_change(api, zone, change, path):
    """The new etag, empty after a deletion."""
    value = change.value
    if not value.owner:
        raise Err(Error_Invalid(FieldError(f"{path}.owner", "an owner has a name")))
    if isinstance(change, Change_Create):
        return create(api, zone, canonical(value.records, f"{path}.records", zone), value.owner)
    if isinstance(change, Change_Replace):
        return replace(api, zone, canonical(value.records, f"{path}.records", zone), value.owner, value.expect)
    return delete(api, zone, canonical_name(value.name, f"{path}.name", zone), value.kind, value.owner)


def create(api, zone, records, owner):
    item = api.find(zone, records.name, records.kind)
    if item is None:
        return write_exactly(api, zone, records, owner, None)
    if is_same(item, records, owner):
        return item["version"]
    if item["owner"] == owner and not item["values"]:
        # An owner mark without its records is ours and is repaired.
        return write_exactly(api, zone, records, owner, item["version"])
    raise conflict(item["owner"])


def replace(api, zone, records, owner, expect):
    item = api.find(zone, records.name, records.kind)
    if item is None:
        raise conflict(None)
    if is_same(item, records, owner):
        # Also when this is a repetition and the expectation is out of date.
        return item["version"]
    if item["owner"] != owner or item["version"] != expect:
        raise conflict(item["owner"])
    return write_exactly(api, zone, records, owner, expect)


def write_exactly(api, zone, records, owner, expect):
    stored, item = api.write(zone, records, owner, expect)
    if not stored:
        raise conflict(item and item["owner"])
    return item["version"]


def delete(api, zone, name, kind, owner):
    item = api.find(zone, name, kind)
    if item is None:
        return ""
    if item["owner"] != owner:
        raise conflict(item["owner"])
    removed, now = api.remove(zone, name, kind, item["version"])
    if not removed:
        raise conflict(now and now["owner"])
    return ""


def is_same(item, records, owner):
    return item["owner"] == owner and parse_set(item) == records


def conflict(owner):
    return Err(Error_Conflict(owner))
