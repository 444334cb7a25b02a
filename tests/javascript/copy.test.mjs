import assert from "node:assert/strict";
import { test } from "node:test";
import { copyText } from "../../rater/web/static/js/copy.mjs";

const area = () => {
  const calls = [];
  return { value: "ICC(A,2) = 0.84", calls, focus: () => calls.push("focus"), select: () => calls.push("select") };
};

test("the whole text goes to the clipboard", async () => {
  const kept = [];
  const text = area();
  assert.equal(await copyText(text, { writeText: async (words) => kept.push(words) }), "done");
  assert.deepEqual(kept, ["ICC(A,2) = 0.84"]);
  assert.deepEqual(text.calls, []);
});

test("where the browser refuses, the text is marked", async () => {
  for (const clipboard of [undefined, { writeText: async () => Promise.reject(new Error("no")) }]) {
    const text = area();
    assert.equal(await copyText(text, clipboard ?? {}), "failed");
    assert.deepEqual(text.calls, ["focus", "select"]);
  }
});
