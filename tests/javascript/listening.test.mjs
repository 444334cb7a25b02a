import assert from "node:assert/strict";
import { test } from "node:test";
import { Sitting, windowId } from "../../rater/web/static/js/listening.mjs";

const MINUTE = 60_000;
const sitting = () => {
  let made = 0;
  return new Sitting(0, () => `id-${(made += 1)}`);
};
const run = (it, from, to, seen) => {
  for (let now = from; now <= to; now += 1000) it.tick(now, seen);
  return it;
};
const seen = { visible: true, playing: false };

test("a window's name is 32 hexadecimal signs, and another one each time", () => {
  assert.match(windowId(), /^[0-9a-f]{32}$/);
  assert.notEqual(windowId(), windowId());
  assert.equal(windowId(new Uint8Array([0, 255, 16])), "00ff10");
});

test("listening in a visible window is work", () => {
  assert.equal(run(sitting(), 1000, 10 * MINUTE, { visible: true, playing: true }).seconds, 600);
});

test("a hidden window and a window where nothing happens are no work", () => {
  assert.equal(run(sitting(), 1000, 10 * MINUTE, { visible: false, playing: true }).seconds, 0);
  assert.equal(run(sitting(), 1000, 10 * MINUTE, seen).seconds, 0);
});

test("for a minute after a touch the rater is at work", () => {
  const it = sitting();
  it.touch(0);
  assert.equal(run(it, 1000, 10 * MINUTE, seen).seconds, 60);
});

test("a sleep of the computer is no work", () => {
  const it = sitting();
  run(it, 1000, MINUTE, { visible: true, playing: true });
  it.tick(8 * 60 * MINUTE, { visible: true, playing: true });
  assert.ok(it.seconds <= 65);
});

test("after half an hour without work another sitting begins at nought", () => {
  const it = sitting();
  run(it, 1000, MINUTE, { visible: true, playing: true });
  run(it, MINUTE + 1000, 40 * MINUTE, seen);
  assert.deepEqual([it.id, it.seconds], ["id-1", 60]);
  it.touch(40 * MINUTE);
  it.tick(40 * MINUTE + 1000, seen);
  assert.deepEqual([it.id, it.seconds], ["id-2", 1]);
});

test("control: a break of 29 minutes is the same sitting", () => {
  const it = sitting();
  run(it, 1000, MINUTE, { visible: true, playing: true });
  run(it, MINUTE + 1000, 30 * MINUTE, seen);
  it.touch(30 * MINUTE);
  it.tick(30 * MINUTE + 1000, seen);
  assert.equal(it.id, "id-1");
});
