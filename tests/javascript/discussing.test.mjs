import assert from "node:assert/strict";
import { test } from "node:test";
import { meaningOf } from "../../rater/web/static/js/discussing.mjs";

test("keys play, seek, and go to what comes before and after", () => {
  assert.deepEqual(meaningOf({ key: " " }), { act: "play" });
  assert.deepEqual(meaningOf({ key: "ArrowLeft" }), { act: "seek", seconds: -5 });
  assert.deepEqual(meaningOf({ key: "ArrowRight", shiftKey: true }), { act: "seek", seconds: 30 });
  assert.deepEqual(meaningOf({ key: "j" }), { act: "go", way: "next" });
  assert.deepEqual(meaningOf({ key: "k" }), { act: "go", way: "previous" });
  assert.deepEqual(meaningOf({ key: "d" }), { act: "go", way: "discrepancy" });
});

test("the browser keeps its own keys", () => {
  for (const own of [{ key: "d", ctrlKey: true }, { key: "j", metaKey: true }, { key: "x" }, { key: "J", shiftKey: true }])
    assert.equal(meaningOf(own), null);
  assert.equal(meaningOf({ key: "constructor" }), null);
});
