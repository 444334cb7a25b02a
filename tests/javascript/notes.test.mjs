import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrder, stampAfter } from "../../rater/web/static/js/notes.mjs";

test("a note bears the second at which its typing began, not that of its last letter", () => {
  let stamp = null;
  for (const [text, now] of [["t", 751], ["th", 753], ["the", 790]]) stamp = stampAfter(text, stamp, now);
  assert.equal(stamp, 751);
});

test("the very start is a second like any other", () => {
  assert.equal(stampAfter("th", stampAfter("t", null, 0), 9), 0);
});

test("an emptied note begins anew", () => {
  assert.equal(stampAfter("  ", 751, 760), null);
  assert.equal(stampAfter("x", stampAfter("", 751, 760), 800), 800);
});

test("notes follow the recording and the given list is left alone", () => {
  const given = [{ second: 9, text: "b" }, { second: 2, text: "a" }, { second: 9, text: "c" }];
  assert.deepEqual(inOrder(given).map((note) => note.text), ["a", "b", "c"]);
  assert.equal(given[0].text, "b");
});
