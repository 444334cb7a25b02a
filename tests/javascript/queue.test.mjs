/** Windows that close with unsent changes, and those that open after them: nothing is lost, doubled or overwritten. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, beforeEach, test } from "node:test";
import { DiskStore, KeepingServer, point, rest, saverOf } from "./keeping.mjs";

const server = new KeepingServer();
const away = () => Promise.reject(new TypeError("away"));
const never = () => {};

before(() => server.open());
after(() => server.close());
beforeEach(() => server.empty());

/** A window: a saver on the browser's disk, with a component that notes what it is told to show. */
async function openWindow(disk, { online = true, versions = {} } = {}) {
  const store = new DiskStore(disk);
  const made = saverOf(server, { store });
  if (!online) Object.assign(made, { send: away, wait: never });
  for (const [key, version] of Object.entries(versions)) made.know(key, { version });
  made.shown = [];
  await made.recover([{ restore: ({ key, body }) => made.shown.push([key, body.value]) }]);
  return made;
}

const versionOf = (item) => server.kept.get(`/items/${item}`)?.version;
const valueOf = (item) => server.kept.get(`/items/${item}`)?.value;

test("what a closed window had not sent is shown and sent by the next one, with the same operation ids", async () => {
  const disk = {};
  const first = await openWindow(disk, { online: false });
  const made = [first.put("ghes1", point(3)), first.put("ghes2", point(1, "ghes2"))];
  await rest(first, "offline");
  first.store.close();
  const second = await openWindow(disk);
  assert.deepEqual(second.shown, [["ghes1", 3], ["ghes2", 1]]);
  await rest(second);
  assert.deepEqual(server.requests.map(({ op }) => op), made.map(({ op }) => op));
  assert.deepEqual([valueOf("ghes1"), valueOf("ghes2")], [3, 1]);
  assert.equal(disk.records.size, 0);
});

test("control: with a store that does not outlive the window, the next one sends nothing", async () => {
  const first = await openWindow({}, { online: false });
  first.put("ghes1", point(3));
  await rest(first, "offline");
  const second = await openWindow({});
  await rest(second);
  assert.equal(valueOf("ghes1"), undefined);
});

test("two changes of one item follow each other after a reload, the second on the answer to the first", async () => {
  const disk = {};
  server.trouble = ["lost answer"];
  const first = await openWindow(disk);
  first.wait = never;
  first.put("ghes1", point(3));
  await rest(first, "offline");
  first.put("ghes1", point(2));
  first.put("ghes1", point(4));
  first.store.close();
  const second = await openWindow(disk, { versions: { ghes1: 1 } });
  assert.deepEqual(second.shown, [["ghes1", 4]]);
  await rest(second);
  assert.deepEqual(server.requests.map(({ value, seen }) => [value, seen]), [[3, 0], [3, 0], [4, 1]]);
  assert.equal(versionOf("ghes1"), 2);
});

test("a leftover does not overwrite what another computer saved: both values are shown", async () => {
  const disk = {};
  const first = await openWindow(disk, { online: false });
  first.put("ghes1", point(3));
  await rest(first, "offline");
  first.store.close();
  server.kept.set("/items/ghes1", { value: 1, missing_code: null, version: 1, ops: new Map() });
  const second = await openWindow(disk, { versions: { ghes1: 1 } });
  if (!second.said.some(([name]) => name === "clash")) await once(second, "clash");
  assert.deepEqual(second.shown, []);
  assert.equal(valueOf("ghes1"), 1);
  assert.equal(disk.records.size, 1, "kept until the rater chooses");
  second.resolve("ghes1", "mine");
  await rest(second);
  assert.deepEqual([valueOf("ghes1"), versionOf("ghes1"), disk.records.size], [3, 2, 0]);
});

test("control: sent on the fresh page's version, the leftover overwrites silently", async () => {
  const disk = {};
  const first = await openWindow(disk, { online: false });
  first.put("ghes1", point(3));
  await rest(first, "offline");
  first.store.close();
  server.kept.set("/items/ghes1", { value: 1, missing_code: null, version: 1, ops: new Map() });
  for (const record of disk.records.values()) record.base = 1;
  await rest(await openWindow(disk, { versions: { ghes1: 1 } }));
  assert.equal(valueOf("ghes1"), 3);
});

test("a clash survives a reload while its dialog is open", async () => {
  const disk = {};
  server.kept.set("/items/ghes1", { value: 1, missing_code: null, version: 5, ops: new Map() });
  const first = await openWindow(disk);
  first.put("ghes1", point(3));
  await once(first, "clash");
  first.store.close();
  const second = await openWindow(disk, { versions: { ghes1: 5 } });
  await once(second, "clash");
  second.resolve("ghes1", "theirs");
  await rest(second);
  assert.deepEqual([valueOf("ghes1"), disk.records.size], [1, 0]);
  assert.deepEqual(second.shown, [["ghes1", 1]]);
});

test("a second window leaves alone what the first still holds", async () => {
  const disk = {};
  const first = await openWindow(disk, { online: false });
  first.put("ghes1", point(3));
  await rest(first, "offline");
  const second = await openWindow(disk);
  assert.equal(second.unsaved, 0);
  assert.deepEqual(server.requests, []);
});

test("two closed windows that differ in one item end in a clash, not in the later one's silence", async () => {
  const disk = {};
  for (const value of [3, 1]) {
    const made = await openWindow(disk, { online: false });
    made.put("ghes1", point(value));
    await rest(made, "offline");
    disk.closing = [...(disk.closing ?? []), made.store];
  }
  disk.closing.forEach((store) => store.close());
  const last = await openWindow(disk);
  await once(last, "clash");
  const [, { mine, theirs }] = last.said.find(([name]) => name === "clash");
  assert.deepEqual([mine.value, theirs.value], [1, 3]);
});

test("a refusal is kept and shown again until the rater has seen it; a better value ends it", async () => {
  const disk = {};
  server.trouble = [422];
  const first = await openWindow(disk);
  first.put("ghes1", point(9));
  await once(first, "refused");
  first.store.close();
  const second = await openWindow(disk);
  assert.deepEqual(second.said.map(([name, { change }]) => [name, change.body.value]), [["refused", 9]]);
  assert.equal(second.unsaved, 0);
  second.put("ghes1", point(4));
  await rest(second);
  assert.equal(disk.records.size, 0);
});

test("what was changed after a refused value is sent all the same", async () => {
  server.trouble = [422];
  const made = await openWindow({});
  made.put("ghes1", point(9));
  made.put("ghes1", point(4));
  await rest(made);
  assert.equal(valueOf("ghes1"), 4);
});

test("another window's saved value is shown, and built upon; a change of one's own comes first", async () => {
  server.kept.set("/items/ghes1", { value: 2, missing_code: null, version: 6, ops: new Map() });
  const made = await openWindow({}, { versions: { ghes1: 5 } });
  assert.equal(made.learn({ key: "ghes1", url: "/items/ghes1", body: { value: 2 }, version: 6 }), true);
  assert.equal(made.learn({ key: "ghes1", url: "/items/ghes1", body: { value: 0 }, version: 5 }), false);
  made.put("ghes1", point(3));
  assert.equal(made.learn({ key: "ghes1", url: "/items/ghes1", body: { value: 2 }, version: 6 }), false);
  await rest(made);
  assert.deepEqual(made.shown, [["ghes1", 2]]);
  assert.equal(versionOf("ghes1"), 7);
});

test("a repeated operation that is older than the page does not set the version back", async () => {
  const disk = {};
  server.trouble = ["lost answer"];
  const first = await openWindow(disk);
  first.wait = never;
  first.put("ghes1", point(3));
  await rest(first, "offline");
  first.store.close();
  const now = server.kept.get("/items/ghes1");
  server.kept.set("/items/ghes1", { ...now, value: 1, version: 2 });
  const second = await openWindow(disk, { versions: { ghes1: 2 } });
  await rest(second);
  assert.deepEqual(second.shown, []);
  assert.equal(second.known("ghes1").version, 2);
  assert.ok(second.said.some(([name]) => name === "outdated"));
});

test("listening is told without an operation id, counts as no change, and is not refused aloud", async () => {
  server.trouble = [423];
  const made = await openWindow({});
  made.put("listening", { url: "/listening", body: { share: 0.1 }, merge: true });
  assert.equal(made.unsaved, 0);
  made.put("ghes1", point(3));
  await rest(made);
  assert.equal(server.requests[0].op, undefined);
  assert.equal(made.said.some(([name]) => name === "locked"), false);
});

test("no more than six requests are on their way at once, and all arrive", async () => {
  let now = 0;
  let most = 0;
  const made = await openWindow({});
  made.send = async (change) => {
    most = Math.max(most, (now += 1));
    const answer = await server.send(change);
    now -= 1;
    return answer;
  };
  for (let n = 0; n < 40; n += 1) made.put(`i${n}`, point(n % 5, `i${n}`));
  await rest(made);
  assert.equal(server.kept.size, 40);
  assert.equal(most, 6);
});
