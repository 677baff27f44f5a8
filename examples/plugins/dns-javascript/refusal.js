// The contract's errors. A function of an exported interface fails by throwing something with this `payload`.
export class Refusal extends Error {
  constructor(tag, val) {
    super(tag);
    this.payload = { tag, val };
  }
}

export const invalid = (path, message) => new Refusal("invalid", { path, message });
export const conflict = (owner) => new Refusal("conflict", owner ?? undefined);
export const transient = (message, retryAfterMs) => new Refusal("transient", { retryAfterMs, message });
