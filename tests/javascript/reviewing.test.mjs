/** The pure parts of the review: excerpts by address, moments of comments, what is typed and not sent. */
import assert from "node:assert/strict";
import test from "node:test";

import { excerptIn, stretchOf } from "../../rater/web/static/js/excerpt.mjs";
import { momentAfter } from "../../rater/web/static/js/moment.mjs";
import { partsFor, unsent } from "../../rater/web/static/js/staying.mjs";

test("an address names an excerpt in two ways", () => {
  const cases = [
    [{ hash: "#t=42,55" }, { start: 42, stop: 55 }],
    [{ hash: "#t=42" }, { start: 42, stop: null }],
    [{ search: "?from=130&to=145.5" }, { start: 130, stop: 145.5 }],
    [{ search: "?from=0" }, { start: 0, stop: null }],
    [{ search: "?from=1&to=2", hash: "#t=3,4" }, { start: 3, stop: 4 }],
    [{ search: "?from=130&to=145", hash: "#comment-x" }, { start: 130, stop: 145 }],
  ];
  for (const [address, wanted] of cases) assert.deepEqual(excerptIn(address, 260), wanted);
});

test("what is no place in the recording is no excerpt", () => {
  for (const address of [{}, { hash: "#t=" }, { hash: "#t=,5" }, { hash: "#comment-t=1" }, { search: "?from=-1" }, { search: "?from=1e3" }, { search: "?from=261" }, { search: "?to=5" }])
    assert.equal(excerptIn(address, 260), null);
});

test("an end that comes before the start is none, and one beyond the recording is its end", () => {
  assert.deepEqual(stretchOf("55", "42", 260), { start: 55, stop: null });
  assert.deepEqual(stretchOf("55", "55", 260), { start: 55, stop: null });
  assert.deepEqual(stretchOf("255", "300", 260), { start: 255, stop: 260 });
  assert.deepEqual(stretchOf("42.0", "", 260), { start: 42, stop: null });
});

test("a comment is about the second at which its typing began", () => {
  const begun = momentAfter("I", null, { now: 42.3, loop: null });
  assert.deepEqual(begun, { start: 42.3, stop: null });
  assert.equal(momentAfter("It is", begun, { now: 50, loop: null }), begun);
  assert.equal(momentAfter("  ", begun, { now: 51, loop: null }), null);
});

test("a loop that is set gives its stretch, one that is only begun does not", () => {
  assert.deepEqual(momentAfter("I", null, { now: 42, loop: { start: 130, stop: 145 } }), { start: 130, stop: 145 });
  assert.deepEqual(momentAfter("I", null, { now: 42, loop: { start: 130 } }), { start: 42, stop: null });
});

test("only the form of a new comment makes itself new", () => {
  assert.deepEqual(partsFor(true), ["new", "feedback"]);
  assert.deepEqual(partsFor(false), ["feedback"]);
});

test("what is typed in other forms is kept", () => {
  const field = (id, value, defaultValue) => ({ id, value, defaultValue });
  const [sent, typed, same, nameless] = [field("a", "x", ""), field("b", "y", "z"), field("c", "q", "q"), field("", "w", "")];
  assert.deepEqual(unsent([sent, typed, same, nameless], new Set([sent])), [["b", "y"]]);
});
