"""One representation for every record set, so that what was applied never looks changed. Pure."""

import ipaddress
import re

from componentize_py_types import Err
from wit_world.exports.dns import RecordSet, RecordType
from wit_world.imports.maquette_plugin_types import Error_Invalid, FieldError

# The server's shortest and DNS's longest time to live (RFC 2181, section 8), in seconds.
MIN_TTL, MAX_TTL = 60, 2**31 - 1
LABEL = re.compile(r"[a-z0-9_-]{1,63}")


def invalid(path, message):
    return Err(Error_Invalid(FieldError(path, message)))


def canonical_name(text, path, zone=None):
    """Lower case, without the final dot, and within `zone` where one is given."""
    name = text.removesuffix(".").lower()
    labels = name.split(".")
    host = labels[1:] if labels[0] == "*" and len(labels) > 1 else labels
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in host):
        raise invalid(path, f"`{text}` is no domain name, for example `www.example.com`")
    if zone is not None and name != zone and not name.endswith("." + zone):
        raise invalid(path, f"`{name}` is not within the zone `{zone}`; use a name that ends with `.{zone}`")
    return name


def canonical(records, path, zone=None):
    """Canonical name and values, sorted, each once."""
    name = canonical_name(records.name, f"{path}.name", zone)
    if records.ttl > MAX_TTL:
        raise invalid(f"{path}.ttl", f"{records.ttl} is more than {MAX_TTL} seconds")
    values = {
        canonical_value(records.kind, value, f"{path}.values[{position}]")
        for position, value in enumerate(records.values)
    }
    if not values:
        raise invalid(f"{path}.values", "a record set needs at least one value")
    if records.kind is RecordType.CNAME and len(values) > 1:
        raise invalid(f"{path}.values", "a name has at most one canonical name")
    return RecordSet(name=name, kind=records.kind, ttl=max(records.ttl, MIN_TTL), values=sorted(values, key=str.encode))


def canonical_value(kind, value, path):
    if kind is RecordType.TXT:
        return value
    if kind is RecordType.CNAME:
        return canonical_name(value, path)
    family = ipaddress.IPv4Address if kind is RecordType.A else ipaddress.IPv6Address
    try:
        address = family(value)
    except ValueError:
        raise invalid(path, f"`{value}` is no address of this type") from None
    mapped = getattr(address, "ipv4_mapped", None)
    # RFC 5952, section 5; older versions of `ipaddress` write such an address in hexadecimal.
    return f"::ffff:{mapped}" if mapped else str(address)


def parse_set(item):
    """A record set as the server writes it."""
    return RecordSet(
        name=item["name"], kind=RecordType[item["kind"].upper()], ttl=item["ttl"], values=item["values"]
    )
