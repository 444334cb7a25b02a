import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, speaker } from "../../rater/web/static/js/words.mjs";

test("gaps are filled by name, zero included", () => {
  assert.equal(fill("{n} of {total}", { n: 0, total: 15 }), "0 of 15");
});

test("a gap without a value stays visible", () => {
  assert.equal(fill("saved {time}"), "saved {time}");
});

test("a sentence the page lacks is said by its name", () => {
  const say = speaker({ saved: "saved {time}" });
  assert.equal(say("saved", { time: "14:02" }), "saved 14:02");
  assert.equal(say("unknown"), "unknown");
});
