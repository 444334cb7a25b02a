import assert from "node:assert/strict";
import { test } from "node:test";
import { meaningOf } from "../../rater/web/static/js/entry.mjs";

const meanings = [
  [{ key: "2" }, "type", "choose"],
  [{ key: "2" }, "words", null],
  [{ key: "n" }, "type", "none"],
  [{ key: "n" }, "words", null],
  [{ key: "u" }, "", "unknown"],
  [{ key: "Enter" }, "words", "next"],
  [{ key: "Enter" }, "", null],
  [{ key: "Enter", ctrlKey: true }, "words", "save"],
  [{ key: " ", ctrlKey: true }, "words", "play"],
  [{ key: " " }, "words", null],
  [{ key: " " }, "", "play"],
  [{ key: "ArrowLeft" }, "", "seek"],
  [{ key: "Enter", altKey: true }, "words", null],
];

test("a key means one thing at each place, and nothing while words are typed", () => {
  for (const [pressed, place, meaning] of meanings) assert.equal(meaningOf(pressed, place), meaning, `${pressed.key} ${place}`);
});
