/** The saver against a real HTTP server that keeps values, versions and operation ids as Rater does. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, beforeEach, test } from "node:test";
import { Saver, backoff, enqueue } from "../../rater/web/static/js/saving.mjs";
import { KeepingServer, point, rest, saverOf } from "./keeping.mjs";

const server = new KeepingServer();
const { kept, requests } = server;
const send = (change) => server.send(change);
const saver = (options = {}) => saverOf(server, options);

before(() => server.open());
after(() => server.close());
beforeEach(() => server.empty());

test("a change is unsaved until the server has confirmed it", async () => {
  const made = saver();
  made.put("ghes1", point(3));
  assert.equal(made.unsaved, 1);
  assert.equal(made.state, "saving");
  assert.equal(made.savedAt, null);
  await rest(made);
  assert.equal(kept.get("/items/ghes1").value, 3);
  assert.ok(made.savedAt instanceof Date);
});

test("changes of one item go one after the other, each on the version before", async () => {
  server.trouble = ["slow"];
  const made = saver();
  for (const value of [0, 1, 2, 4]) made.put("ghes1", point(value));
  await rest(made);
  assert.deepEqual(requests.map(({ value, seen }) => [value, seen]), [[0, 0], [4, 1]]);
  assert.equal(kept.get("/items/ghes1").version, 2);
});

test("an unreachable server costs no value; the newest of an item arrives", async () => {
  server.trouble = ["drop", "drop", 503];
  const made = saver();
  made.put("ghes1", point(2));
  await rest(made, "offline");
  made.put("ghes1", point(4));
  made.put("sta1", { ...point(1), url: "/items/sta1" });
  assert.equal(made.unsaved, 3);
  await rest(made);
  assert.equal(kept.get("/items/ghes1").value, 4);
  assert.equal(kept.get("/items/sta1").value, 1);
});

test("a lost answer is repeated with the same operation id and makes no second version", async () => {
  server.trouble = ["lost answer"];
  const made = saver();
  made.put("ghes1", point(3));
  await rest(made);
  assert.equal(requests.length, 2);
  assert.equal(requests[0].op, requests[1].op);
  assert.equal(kept.get("/items/ghes1").version, 1);
  made.put("ghes1", point(1));
  await rest(made);
  assert.equal(kept.get("/items/ghes1").value, 1);
});

test("a repeated change without a version is counted once; control: with a new operation id it counts twice", async () => {
  const report = { url: "/homework/t1", body: { completed: "yes" } };
  server.trouble = ["lost answer"];
  const made = saver();
  made.put("task-t1", report);
  await rest(made);
  assert.equal(kept.get("/homework/t1").version, 1);
  server.trouble = ["lost answer"];
  const fresh = (change) => send({ ...change, body: { ...change.body, op: crypto.randomUUID() } });
  const broken = new Saver(fresh, { wait: (run, ms) => setTimeout(run, ms / 200) });
  broken.put("task-t2", { ...report, url: "/homework/t2" });
  await rest(broken);
  assert.equal(kept.get("/homework/t2").version, 2);
});

test("a clash shows both values, sends nothing more of that item, and 'mine' wins when chosen", async () => {
  kept.set("/items/ghes1", { value: 1, missing_code: null, version: 5, ops: new Map() });
  const made = saver();
  made.put("ghes1", point(3));
  await once(made, "clash");
  const [[, { mine, theirs }]] = made.said;
  assert.equal(mine.value, 3);
  assert.equal(theirs.value, 1);
  assert.equal(made.unsaved, 1);
  made.resolve("ghes1", "mine");
  await rest(made);
  assert.deepEqual([kept.get("/items/ghes1").value, kept.get("/items/ghes1").version], [3, 6]);
});

test("'theirs' keeps the other window's value and lets later changes build on it", async () => {
  kept.set("/items/ghes1", { value: 1, missing_code: null, version: 5, ops: new Map() });
  const made = saver();
  made.put("ghes1", point(3));
  await once(made, "clash");
  made.resolve("ghes1", "theirs");
  await rest(made);
  assert.equal(kept.get("/items/ghes1").value, 1);
  made.put("ghes1", point(2));
  await rest(made);
  assert.equal(kept.get("/items/ghes1").version, 6);
});

test("two windows that say the same do not clash", async () => {
  kept.set("/items/ghes1", { value: 3, missing_code: null, version: 5, ops: new Map() });
  const made = saver();
  made.put("ghes1", point(3));
  await rest(made);
  made.put("ghes1", point(2));
  await rest(made);
  assert.deepEqual(made.said.map(([name]) => name), ["confirmed", "confirmed"]);
  assert.equal(kept.get("/items/ghes1").version, 6);
});

test("a change made while a clash is open is the one that 'mine' sends", async () => {
  kept.set("/items/ghes1", { value: 1, missing_code: null, version: 5, ops: new Map() });
  const made = saver();
  made.put("ghes1", point(3));
  await once(made, "clash");
  made.put("ghes1", point(4));
  made.resolve("ghes1", "mine");
  await rest(made);
  assert.equal(kept.get("/items/ghes1").value, 4);
});

test("signed out: everything stays in hand, nothing is sent, and goes out after signing in", async () => {
  server.trouble = [401];
  const made = saver();
  made.put("ghes1", point(3));
  await rest(made, "signed_out");
  made.put("sta1", { ...point(2), url: "/items/sta1" });
  await new Promise((done) => setTimeout(done, 30));
  assert.equal(requests.length, 1);
  assert.equal(made.unsaved, 2);
  made.retry();
  await rest(made);
  assert.equal(kept.get("/items/ghes1").value, 3);
  assert.equal(kept.get("/items/sta1").value, 2);
});

test("a submitted rating and a refused value are said once and not repeated", async () => {
  server.trouble = [423, 422];
  const made = saver();
  made.put("ghes1", point(3));
  await rest(made);
  made.put("ghes1", point(9));
  await rest(made);
  assert.deepEqual(made.said.map(([name]) => name), ["locked", "refused"]);
  assert.equal(made.said[1][1].message, "fault 422");
  assert.equal(requests.length, 2);
});

test("a store knows of a change from its making to its confirmation", async () => {
  const held = new Map();
  const store = {
    has: (op) => held.has(op),
    keep: async (change) => held.set(change.op, change),
    drop: async (ops) => ops.forEach((op) => held.delete(op)),
  };
  server.trouble = ["drop"];
  const made = saver({ store });
  made.put("ghes1", point(3));
  assert.deepEqual([...held.values()].map(({ key, body }) => [key, body.value]), [["ghes1", 3]]);
  assert.doesNotThrow(() => structuredClone([...held.values()]));
  await rest(made);
  assert.equal(held.size, 0);
});

test("repetitions wait longer and longer, at most half a minute", () => {
  assert.deepEqual([1, 2, 3, 6, 50].map(backoff), [1000, 2000, 4000, 30_000, 30_000]);
});

test("only the newest of a kind waits, and an act that must not be skipped stays", () => {
  const put = (text) => ({ method: "PUT", url: "/n/1", merge: true, text });
  const remove = { method: "DELETE", url: "/n/1", merge: false };
  const waiting = [put("a"), put("b"), remove].reduce(enqueue, []);
  assert.deepEqual(waiting.map((each) => each.text ?? each.method), ["b", "DELETE"]);
});
