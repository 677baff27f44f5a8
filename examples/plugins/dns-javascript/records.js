// One representation for every record set, so that what was applied never looks changed. Pure.
import { invalid } from "./refusal.js";

// The server's shortest and DNS's longest time to live (RFC 2181, section 8), in seconds.
const MIN_TTL = 60;
const MAX_TTL = 2 ** 31 - 1;

/** Lower case, without the final dot, and within `zone` where one is given. */
export function canonicalName(text, path, zone) {
  const name = text.replace(/\.$/, "").toLowerCase();
  const labels = name.split(".");
  const host = labels[0] === "*" && labels.length > 1 ? labels.slice(1) : labels;
  if (name.length > 253 || !host.every((label) => /^[a-z0-9_-]{1,63}$/.test(label))) {
    throw invalid(path, `\`${text}\` is no domain name, for example \`www.example.com\``);
  }
  if (zone !== undefined && name !== zone && !name.endsWith(`.${zone}`)) {
    throw invalid(path, `\`${name}\` is not within the zone \`${zone}\`; use a name that ends with \`.${zone}\``);
  }
  return name;
}

/** Canonical name and values, sorted, each once. */
export function canonical(records, path, zone) {
  const name = canonicalName(records.name, `${path}.name`, zone);
  if (records.ttl > MAX_TTL) throw invalid(`${path}.ttl`, `${records.ttl} is more than ${MAX_TTL} seconds`);
  const all = records.values.map((value, n) => canonicalValue(records.kind, value, `${path}.values[${n}]`));
  const values = [...new Set(all)].sort();
  if (values.length === 0) throw invalid(`${path}.values`, "a record set needs at least one value");
  if (records.kind === "cname" && values.length > 1) {
    throw invalid(`${path}.values`, "a name has at most one canonical name");
  }
  return { name, kind: records.kind, ttl: Math.max(records.ttl, MIN_TTL), values };
}

function canonicalValue(kind, value, path) {
  if (kind === "txt") return value;
  if (kind === "cname") return canonicalName(value, path);
  const address = kind === "a" ? ipv4(value) : ipv6(value);
  if (address === undefined) throw invalid(path, `\`${value}\` is no address of this type`);
  return address;
}

function ipv4(text) {
  const octets = text.split(".");
  const valid = octets.length === 4 && octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256);
  return valid ? text : undefined;
}

function ipv6(text) {
  if (!/^[0-9a-f:.]+$/i.test(text)) return undefined;
  let host;
  try {
    // The URL standard's serialisation is that of RFC 5952.
    host = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  } catch {
    return undefined;
  }
  // Except for addresses that stand for IPv4 ones (RFC 5952, section 5).
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(host);
  if (mapped === null) return host;
  const [high, low] = [parseInt(mapped[1], 16), parseInt(mapped[2], 16)];
  return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}
