import assert from "node:assert/strict";
import { test } from "node:test";
import { folded, piecesOf, placesOf, stepped } from "../../rater/web/static/js/manual.mjs";

test("a folded text is as long as before", () => {
  for (const text of ["Übung", "naïve  café", "ẞ ﬁ İ", "a\n\u00a0b", "😀 x", ""]) assert.equal(folded(text).length, text.length);
  assert.equal(folded("Ärger\nÉTÉ"), "arger ete");
});

test("places are found without regard to case, accents and line ends", () => {
  assert.deepEqual(placesOf("Homework\nTask, homework task", "HOMEWORK  task"), [[0, 13], [15, 28]]);
  assert.deepEqual(placesOf("Die Übung", "ubung"), [[4, 9]]);
  assert.deepEqual(placesOf("aaaa", "aa"), [[0, 2], [2, 4]]);
});

test("a query is words, never a pattern", () => {
  assert.deepEqual(placesOf("a.c abc", "a.c"), [[0, 3]]);
  assert.deepEqual(placesOf("f(x) [y] \\d", "[y]"), [[5, 8]]);
});

test("one sign finds nothing, and much is cut off", () => {
  assert.deepEqual(placesOf("a a a", " a "), []);
  assert.equal(placesOf("ab".repeat(5000), "ab").length, 500);
});

test("a place is cut where the texts are", () => {
  const lengths = [5, 0, 3, 4];
  assert.deepEqual(piecesOf(lengths, [3, 9]), [[0, 3, 5], [2, 0, 3], [3, 0, 1]]);
  assert.deepEqual(piecesOf(lengths, [0, 5]), [[0, 0, 5]]);
  const covered = piecesOf(lengths, [0, 12]).reduce((sum, [, from, to]) => sum + to - from, 0);
  assert.equal(covered, 12);
});

test("steps go round and round", () => {
  assert.equal(stepped(-1, 1, 3), 0);
  assert.equal(stepped(2, 1, 3), 0);
  assert.equal(stepped(0, -1, 3), 2);
  assert.equal(stepped(0, 1, 0), -1);
});
