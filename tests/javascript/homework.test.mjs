import assert from "node:assert/strict";
import { test } from "node:test";
import { logOf } from "../../rater/web/static/js/homework.mjs";
import { rowBody, rowOf } from "../../rater/web/static/js/othertasks.mjs";

test("a log knows its own changes from those of other parts", () => {
  assert.deepEqual(logOf("task-Ab_1-x"), { log: "task", id: "Ab_1-x" });
  assert.deepEqual(logOf("difficulty-lack_of_time"), { log: "difficulty", id: "lack_of_time" });
  for (const key of ["ghes1", "note-1", "other-1", "unsure-task", "listening"]) assert.equal(logOf(key), null);
});

test("a free row knows its own changes", () => {
  assert.equal(rowOf("other-0a1b"), "0a1b");
  for (const key of ["task-other-1", "note-1", "other-", "difficulty-other_homework_related"]) assert.equal(rowOf(key), null);
});

test("a row without words is not saved; without an answer it is saved as not said", () => {
  assert.equal(rowBody("  ", "behavioral", "yes"), null);
  assert.deepEqual(rowBody(" call Jo ", "behavioral", ""), { description: "call Jo", type: "behavioral", completed: null });
  assert.deepEqual(rowBody("call Jo", "cognitive", "partly"), { description: "call Jo", type: "cognitive", completed: "partly" });
});
