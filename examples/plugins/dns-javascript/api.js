// The server's requests, with `fetch`. ../README.md is their specification.
import { headerValue } from "maquette:plugin/credentials@0.1.0";
import { Refusal, transient } from "./refusal.js";

/** Time that is left for saying that there was no answer. The engine is slow to wake on a busy node. */
const RESERVE_MS = 1000;

/** `fetch` by itself waits until the host ends the call, and then there is nobody left to say why. */
function within(ms, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), Math.max(ms, 1));
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export class Api {
  constructor(ctx) {
    this.base = JSON.parse(ctx.config).url.replace(/\/+$/, "");
    this.until = Date.now() + Number(ctx.deadlineMs) - RESERVE_MS;
    try {
      // A placeholder: the host puts the token in its place on the way out.
      this.authorization = headerValue("token");
    } catch (refused) {
      throw new Refusal("unauthorized", String(refused?.payload?.val ?? refused));
    }
  }

  async zones() {
    return (await this.send("GET", "/zones")).body;
  }

  /** Every record set of these names, page after page. */
  async sets(zone, names) {
    const items = [];
    for (let cursor; names.length > 0; ) {
      const page = await this.list(zone, names.map((name) => ["name", name]), cursor);
      items.push(...page.items);
      if (!(cursor = page.next)) break;
    }
    return items;
  }

  async owned(zone, prefix, cursor) {
    return this.list(zone, [["ownerPrefix", prefix]], cursor);
  }

  async list(zone, query, cursor) {
    const all = cursor ? [...query, ["cursor", cursor]] : query;
    const text = all.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
    return (await this.send("GET", `/zones/${encodeURIComponent(zone)}/records?${text}`)).body;
  }

  async find(zone, name, kind) {
    return (await this.sets(zone, [name])).find((item) => item.kind === kind);
  }

  /** Whether it was stored, and what is there now. `expect` is a version, or undefined for nothing at all. */
  async write(zone, { name, kind, ttl, values }, owner, expect) {
    const condition = expect === undefined ? { "if-none-match": "*" } : { "if-match": expect };
    return this.conditional("PUT", zone, name, kind, condition, { ttl, values, owner });
  }

  /** Whether it is gone, and what is there otherwise. */
  async remove(zone, name, kind, expect) {
    try {
      return await this.conditional("DELETE", zone, name, kind, { "if-match": expect });
    } catch (refused) {
      if (refused?.payload?.tag === "not-found") return { done: true };
      throw refused;
    }
  }

  async conditional(method, zone, name, kind, condition, body) {
    const path = `/zones/${encodeURIComponent(zone)}/records/${encodeURIComponent(name)}/${kind}`;
    const { status, body: item } = await this.send(method, path, condition, body);
    return { done: status !== 412, item: item ?? undefined };
  }

  async send(method, path, headers = {}, body = undefined) {
    const all = { authorization: this.authorization, ...headers };
    if (body !== undefined) all["content-type"] = "application/json";
    const asked = async () => {
      const answer = await fetch(this.base + path, { method, headers: all, body: body && JSON.stringify(body) });
      return [answer, await answer.text()];
    };
    let answer, text;
    try {
      [answer, text] = await within(this.until - Date.now(), asked());
    } catch (failed) {
      throw transient(`${method} ${path}: ${failed}`);
    }
    if (!answer.ok && answer.status !== 412) throw meaning(answer, text);
    return { status: answer.status, body: text === "" ? undefined : parse(text) };
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw transient(`the server's answer is no JSON: ${error}`);
  }
}

/** The contract's error for an answer that is no success. */
function meaning({ status, headers }, text) {
  const said = `the server answered ${status}: ${text.slice(0, 300)}`;
  const wait = headers.get("retry-after");
  const waitMs = wait !== null && /^\d+$/.test(wait) ? BigInt(wait) * 1000n : undefined;
  if (status === 401) return new Refusal("unauthorized", said);
  if (status === 403) return new Refusal("forbidden", said);
  if (status === 404) return new Refusal("not-found", said);
  if (status === 429) return new Refusal("rate-limited", waitMs ?? 1000n);
  if (status >= 500) return transient(said, waitMs);
  return new Refusal("other", said);
}
