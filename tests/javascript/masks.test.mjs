/** Times as the form of masked spans takes them, and the keys that fill it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldOf, toldTime } from "../../rater/web/static/js/masks.mjs";

test("times are told to the tenth", () => {
  assert.deepEqual([0, 5, 59.96, 75.84, 751, 5400].map(toldTime), ["0:00.0", "0:05.0", "1:00.0", "1:15.8", "12:31.0", "90:00.0"]);
});

test("keys fill the fields unless they are typed into one", () => {
  const on = (key, inside = null, more = {}) => fieldOf({ key, target: { closest: () => inside }, ...more });
  assert.deepEqual([on("i"), on("O"), on("x")], ["start", "stop", null]);
  assert.deepEqual([on("i", {}), on("o", null, { ctrlKey: true })], [null, null]);
});
