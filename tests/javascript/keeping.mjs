/** What the tests of saving share: a real HTTP server that keeps as Rater does, and savers whose waiting is short. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { Saver } from "../../rater/web/static/js/saving.mjs";

export class KeepingServer {
  constructor() {
    Object.assign(this, { kept: new Map(), requests: [], trouble: [] });
    this.server = http.createServer((request, response) => this.#answer(request, response));
  }

  async open() {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.base = `http://127.0.0.1:${this.server.address().port}`;
  }

  close() {
    this.server.close();
  }

  empty() {
    this.kept.clear();
    this.requests.length = 0;
    this.trouble = [];
  }

  async send({ method, url, body }) {
    const got = await fetch(this.base + url, { method, body: JSON.stringify(body), headers: { Connection: "close" } });
    return { status: got.status, data: await got.json() };
  }

  /** What the server does with one request; `trouble` holds faults to be met first, one a request. */
  async #answer(request, response) {
    let text = "";
    for await (const piece of request) text += piece;
    const body = JSON.parse(text || "{}");
    this.requests.push({ method: request.method, url: request.url, ...body });
    const fault = this.trouble.shift();
    if (fault === "drop") return request.socket.destroy();
    const reply = (status, data) => response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(data));
    if (typeof fault === "number") return reply(fault, { message: `fault ${fault}` });
    const result = this.#keep(request, body);
    if (fault === "lost answer") return request.socket.destroy();
    if (fault === "slow") await new Promise((done) => setTimeout(done, 60));
    return reply(...result);
  }

  #keep({ url }, body) {
    const now = this.kept.get(url) ?? { version: 0, ops: new Map() };
    if (now.ops?.has(body.op)) return [200, { version: now.ops.get(body.op) }];
    if (body.seen !== undefined && body.seen !== now.version) return [409, { error: "stale", current: now }];
    const version = (now.version ?? 0) + 1;
    this.kept.set(url, { ...now, ...body, version, ops: new Map(now.ops ?? []).set(body.op, version) });
    return [200, { version }];
  }
}

/** A saver whose waiting is short, with what it said. */
export function saverOf(server, options = {}) {
  const made = new Saver((change) => server.send(change), { wait: (run, ms) => setTimeout(run, ms / 200), ...options });
  made.said = [];
  for (const name of ["confirmed", "clash", "locked", "refused", "outdated"])
    made.addEventListener(name, ({ detail }) => made.said.push([name, detail]));
  return made;
}

export async function rest(made, state = "saved") {
  const deadline = Date.now() + 3000;
  while (made.state !== state || (state === "saved" && made.unsaved)) {
    if (Date.now() > deadline) assert.fail(`still ${made.state} with ${made.unsaved} unsaved`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

export const point = (value, item = "ghes1") => ({
  url: `/items/${item}`,
  body: { value, missing_code: null },
  merge: true,
  versioned: true,
});

/** A store that outlives its saver: `disk` is what a browser keeps. Windows are closed by `close()`. */
export class DiskStore {
  static count = 0;

  constructor(disk) {
    Object.assign(this, { disk, window: `w${(DiskStore.count += 1)}`, lasting: true });
    (disk.open ??= new Set()).add(this.window);
    disk.records ??= new Map();
  }

  has(op) {
    return this.disk.records.has(op);
  }

  async keep(change, replaced = []) {
    if (!this.disk.open.has(this.window)) return false;
    const before = this.disk.records.get(change.op);
    const sequence = before?.sequence ?? (this.disk.last = (this.disk.last ?? 0) + 1);
    this.disk.records.set(change.op, structuredClone({ chain: this.window, rating: "r", ...change, sequence, window: this.window }));
    for (const op of replaced) this.disk.records.delete(op);
    return true;
  }

  async drop(ops, updated = []) {
    if (!this.disk.open.has(this.window)) return;
    for (const op of ops) this.disk.records.delete(op);
    for (const change of updated) await this.keep(change);
  }

  async adopt() {
    const free = [...this.disk.records.values()].filter(({ window }) => !this.disk.open.has(window));
    for (const record of free) record.window = this.window;
    const { inSendingOrder } = await import("../../rater/web/static/js/lane.mjs");
    return inSendingOrder(structuredClone(free));
  }

  close() {
    this.disk.open.delete(this.window);
  }
}
