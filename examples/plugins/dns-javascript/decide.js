// What becomes of one change. The server compares and sets, so each write is safe by itself.
import { canonical, canonicalName } from "./records.js";
import { conflict, invalid } from "./refusal.js";

/** The new etag, empty after a deletion. */
export async function applyChange(api, zone, { tag, val }, path) {
  if (val.owner === "") throw invalid(`${path}.owner`, "an owner has a name");
  if (tag === "delete") return remove(api, zone, canonicalName(val.name, `${path}.name`, zone), val.kind, val.owner);
  const records = canonical(val.records, `${path}.records`, zone);
  return tag === "create"
    ? create(api, zone, records, val.owner)
    : replace(api, zone, records, val.owner, val.expect);
}

async function create(api, zone, records, owner) {
  const item = await api.find(zone, records.name, records.kind);
  if (item === undefined) return writeExactly(api, zone, records, owner, undefined);
  if (isSame(item, records, owner)) return item.version;
  // An owner mark without its records is ours and is repaired.
  if (item.owner === owner && item.values.length === 0) {
    return writeExactly(api, zone, records, owner, item.version);
  }
  throw conflict(item.owner);
}

async function replace(api, zone, records, owner, expect) {
  const item = await api.find(zone, records.name, records.kind);
  // Also when this is a repetition and the expectation is out of date.
  if (isSame(item, records, owner)) return item.version;
  if (item === undefined || item.owner !== owner || item.version !== expect) throw conflict(item?.owner);
  return writeExactly(api, zone, records, owner, expect);
}

async function writeExactly(api, zone, records, owner, expect) {
  const { done, item } = await api.write(zone, records, owner, expect);
  if (!done) throw conflict(item?.owner);
  return item.version;
}

async function remove(api, zone, name, kind, owner) {
  const item = await api.find(zone, name, kind);
  if (item === undefined) return "";
  if (item.owner !== owner) throw conflict(item.owner);
  const { done, item: now } = await api.remove(zone, name, kind, item.version);
  if (!done) throw conflict(now?.owner);
  return "";
}

function isSame(item, records, owner) {
  const parts = ({ name, kind, ttl, values }) => JSON.stringify([name, kind, ttl, values]);
  return item?.owner === owner && parts(item) === parts(records);
}
