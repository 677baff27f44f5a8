// What the host calls: the interfaces `manifest` and `dns` of wit/, and nothing else.
//
// | file | does |
// |---|---|
// | plugin.js | the exports |
// | decide.js | what becomes of a change |
// | records.js | one representation for every record set; pure |
// | api.js | the server's requests, with `fetch` |
// | refusal.js | the contract's errors |
import { Api } from "./api.js";
import { applyChange } from "./decide.js";
import { canonical, canonicalName } from "./records.js";

const SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  additionalProperties: false,
  required: ["url"],
  properties: {
    url: {
      type: "string",
      format: "uri",
      pattern: "^https?://[^/?#@]+(/[^?#]*)?$",
      description: "Base URL of the server, for example `https://zones.example.com`.",
    },
  },
};

export const manifest = {
  describe: () => ({
    name: "memory-zone-javascript",
    version: "0.1.0",
    summary: "Keeps record sets in a server of zones in memory; written in JavaScript",
    docsUrl: undefined,
    configSchema: JSON.stringify(SCHEMA),
    credentials: [
      {
        name: "token",
        description: "The token that the server was started with",
        placement: { tag: "bearer" },
        provision: "required",
        group: undefined,
        hosts: [],
      },
    ],
    hosts: [{ tag: "from-config", val: "/url" }],
    options: [],
    secretPlaces: [],
    objects: [],
    lacks: [],
  }),
};

const observed = (item) => ({
  records: { name: item.name, kind: item.kind, ttl: item.ttl, values: item.values },
  owner: item.owner ?? undefined,
  etag: item.version,
});

export const dns = {
  async zones(ctx) {
    const zones = await new Api(ctx).zones();
    return zones.map(({ name, id }) => ({ name: canonicalName(name, "zone"), id }));
  },

  normalize: (_ctx, records) => records.map((each, position) => canonical(each, `records[${position}]`)),

  async observe(ctx, zone, names) {
    zone = canonicalName(zone, "zone");
    names = names.map((name, position) => canonicalName(name, `names[${position}]`, zone));
    return (await new Api(ctx).sets(zone, names)).map(observed);
  },

  async apply(ctx, zone, changes) {
    zone = canonicalName(zone, "zone");
    const api = new Api(ctx);
    const outcomes = [];
    for (const [position, change] of changes.entries()) {
      // One refused change says nothing of the others.
      try {
        outcomes.push({ tag: "ok", val: await applyChange(api, zone, change, `changes[${position}]`) });
      } catch (refused) {
        if (refused?.payload === undefined) throw refused;
        outcomes.push({ tag: "err", val: refused.payload });
      }
    }
    return outcomes;
  },

  async listOwned(ctx, zone, ownerPrefix, cursor) {
    const page = await new Api(ctx).owned(canonicalName(zone, "zone"), ownerPrefix, cursor);
    return { items: page.items.map(observed), next: page.next ?? undefined };
  },
};
