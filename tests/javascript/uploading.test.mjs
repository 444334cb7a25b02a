import assert from "node:assert/strict";
import test from "node:test";
import { isWanted } from "../../rater/web/static/js/dropped.mjs";
import { edgesOf } from "../../rater/web/static/js/edges.mjs";
import { Uploading, timeLeft, totals } from "../../rater/web/static/js/uploading.mjs";

/** A server that keeps what arrives; `faults` are done to the next pieces: "lost" answers, "cut" connections. */
class Server {
  constructor() {
    Object.assign(this, { held: new Map(), faults: [], asked: [], most: 0, now: 0 });
  }

  async announce({ path, size }) {
    if (!this.held.has(path)) this.held.set(path, { size, received: 0 });
    const { received } = this.held.get(path);
    return { status: 200, data: { id: path, received, complete: received === size } };
  }

  async piece(id, offset, blob) {
    this.now += 1;
    this.most = Math.max(this.most, this.now);
    await new Promise((go) => setTimeout(go, 1));
    this.now -= 1;
    const fault = this.faults.shift();
    if (fault === "cut") throw new TypeError("no connection");
    if (typeof fault === "object") return fault;
    const file = this.held.get(id);
    if (offset > file.received) return { status: 409, data: { current: { received: file.received } } };
    file.received = Math.max(file.received, offset + blob.size);
    this.asked.push([id, offset]);
    if (fault === "lost") throw new TypeError("the answer is lost");
    return { status: 200, data: { received: file.received, complete: file.received === file.size } };
  }
}

const file = (size) => new Blob([new Uint8Array(size)]);
const sending = (server) => new Uploading(server, { edgesOf: async () => "", chunk: 10, wait: async () => {} });
const settled = async (uploading, done = () => !uploading.open.length) => {
  for (let n = 0; n < 500 && !done(); n += 1) await new Promise((go) => setTimeout(go, 2));
};

test("files arrive in pieces, at most two at a time", async () => {
  const server = new Server();
  const uploading = sending(server);
  uploading.add([1, 2, 3, 4].map((n) => ({ path: `${n}`, file: file(25) })));
  await settled(uploading);
  assert.deepEqual(uploading.entries.map(({ state }) => state), Array(4).fill("arrived"));
  assert.equal(server.most, 2);
  assert.deepEqual(server.asked.filter(([id]) => id === "1").map(([, offset]) => offset), [0, 10, 20]);
});

test("a cut connection and a lost answer are gone over", async () => {
  const server = new Server();
  server.faults = ["cut", "lost", undefined, "cut"];
  const uploading = sending(server);
  uploading.add([{ path: "a", file: file(35) }]);
  await settled(uploading);
  assert.equal(uploading.entries[0].state, "arrived");
  assert.equal(server.held.get("a").received, 35);
});

test("what was here before is not sent again", async () => {
  const server = new Server();
  server.held.set("a", { size: 35, received: 20 });
  const uploading = sending(server);
  uploading.add([{ path: "a", file: file(35) }]);
  await settled(uploading);
  assert.deepEqual(server.asked, [["a", 20], ["a", 30]]);
});

test("a piece out of step goes to where the server stands", async () => {
  const server = new Server();
  server.faults = [{ status: 409, data: { current: { received: 0 } } }];
  const uploading = sending(server);
  uploading.add([{ path: "a", file: file(15) }]);
  await settled(uploading);
  assert.equal(uploading.entries[0].state, "arrived");
});

test("a server that never moves on is not asked for ever", async () => {
  const server = new Server();
  server.faults = Array(50).fill({ status: 409, data: { current: { received: 0 } } });
  const uploading = sending(server);
  uploading.add([{ path: "a", file: file(15) }]);
  await settled(uploading);
  assert.equal(uploading.entries[0].state, "refused");
});

test("a refusal is told and the others go on", async () => {
  const server = new Server();
  server.faults = [{ status: 422, data: { message: "too large" } }];
  const uploading = sending(server);
  uploading.add([{ path: "a", file: file(5) }, { path: "b", file: file(5) }]);
  await settled(uploading);
  assert.deepEqual(uploading.entries.map(({ state }) => state).sort(), ["arrived", "refused"]);
  assert.equal(totals(uploading.entries).refused, 1);
});

test("signed out, it stops, and goes on when told to", async () => {
  const server = new Server();
  server.faults = [{ status: 401, data: {} }];
  const uploading = sending(server);
  uploading.add([{ path: "a", file: file(15) }]);
  await settled(uploading, () => uploading.halt && !uploading.working);
  assert.equal(uploading.halt, "signed_out");
  assert.equal(uploading.entries[0].state, "waiting");
  uploading.resume();
  await settled(uploading);
  assert.equal(uploading.entries[0].state, "arrived");
});

test("the edges of a file tell it from another", async () => {
  const bytes = new Uint8Array(3_000_000);
  const first = await edgesOf(new Blob([bytes]));
  assert.match(first, /^[0-9a-f]{64}$/);
  bytes[bytes.length - 1] = 1;
  assert.notEqual(await edgesOf(new Blob([bytes])), first);
  assert.equal(await edgesOf(new Blob([bytes]), null), "");
});

test("what systems put into folders is left out", () => {
  assert.deepEqual(["a/b.mp3", "a/.DS_Store", ".git/x", "Thumbs.db"].map(isWanted), [true, false, false, false]);
});

test("the time left is told once it can be", () => {
  assert.equal(timeLeft(100, 0, 10), null);
  assert.deepEqual(timeLeft(100, 100, 10), ["left_seconds", { n: 10 }]);
  assert.deepEqual(timeLeft(1000, 100, 10), ["left_minutes", { n: 2 }]);
});
