import assert from "node:assert/strict";
import { test } from "node:test";
import { itemOf, neighbour, nextCode, pointOf } from "../../rater/web/static/js/items.mjs";

test("a number is a point, zero too; anything else is a missing code", () => {
  assert.deepEqual(pointOf("0"), { value: 0, missing_code: null });
  assert.deepEqual(pointOf("-1"), { value: -1, missing_code: null });
  assert.deepEqual(pointOf("NA_NO_NEW_HOMEWORK"), { value: null, missing_code: "NA_NO_NEW_HOMEWORK" });
  assert.deepEqual(pointOf("4th"), { value: null, missing_code: "4th" });
});

test("missing codes come in a round, from the first where a point was chosen", () => {
  const codes = ["A", "B"];
  assert.equal(nextCode(codes, undefined), "A");
  assert.equal(nextCode(codes, "3"), "A");
  assert.equal(nextCode(codes, "A"), "B");
  assert.equal(nextCode(codes, "B"), "A");
});

test("moving stays among the items", () => {
  assert.equal(neighbour(0, -1, 15), 0);
  assert.equal(neighbour(14, 1, 15), 14);
  assert.equal(neighbour(6, 1, 15), 7);
  assert.equal(neighbour(-1, 1, 15), 0);
});

test("a key of the saver names an item's point or its flag, or is of another part", () => {
  const items = ["ghes1", "unsure", "note"];
  assert.deepEqual(itemOf("ghes1", items), { item: "ghes1", what: "point" });
  assert.deepEqual(itemOf("unsure-ghes1", items), { item: "ghes1", what: "unsure" });
  assert.deepEqual(itemOf("unsure", items), { item: "unsure", what: "point" });
  for (const key of ["ghes2", "unsure-ghes2", "note-ghes1", "task-ghes1", "listening"]) assert.equal(itemOf(key, items), null);
});
