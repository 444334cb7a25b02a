import assert from "node:assert/strict";
import { test } from "node:test";
import { actFor } from "../../rater/web/static/js/keys.mjs";

test("each key has its act", () => {
  const acts = { " ": "play", "[": "slower", "]": "faster", ArrowUp: "up", ArrowDown: "down", n: "note", "?": "help", m: "code", Delete: "clear" };
  for (const [key, act] of Object.entries(acts)) assert.equal(actFor({ key }).act, act);
});

test("arrows seek 5 seconds, with shift 30", () => {
  assert.equal(actFor({ key: "ArrowLeft" }).seconds, -5);
  assert.equal(actFor({ key: "ArrowRight" }).seconds, 5);
  assert.equal(actFor({ key: "ArrowLeft", shiftKey: true }).seconds, -30);
  assert.equal(actFor({ key: "ArrowRight", shiftKey: true }).seconds, 30);
});

test("a digit carries its point", () => {
  assert.deepEqual(actFor({ key: "0" }), { act: "rate", digit: "0" });
});

test("the browser keeps its own combinations and all other keys", () => {
  for (const modifier of ["ctrlKey", "altKey", "metaKey"]) assert.equal(actFor({ key: "n", [modifier]: true }), null);
  for (const key of ["a", "Enter", "Tab", "F5"]) assert.equal(actFor({ key }), null);
});
