import assert from "node:assert/strict";
import { test } from "node:test";
import { actFor, mayRepeat } from "../../rater/web/static/js/keys.mjs";

test("each key has its act", () => {
  const acts = {
    " ": "play", "[": "slower", "]": "faster", "+": "louder", "-": "softer", s: "skip", l: "loop", ArrowUp: "up",
    ArrowDown: "down", m: "code", u: "unsure", Delete: "clear", Backspace: "clear", a: "anchors", h: "manual", n: "note", "?": "help",
  };
  for (const [key, act] of Object.entries(acts)) assert.equal(actFor({ key }).act, act);
});

test("arrows seek 5 seconds, with shift 30", () => {
  assert.equal(actFor({ key: "ArrowLeft" }).seconds, -5);
  assert.equal(actFor({ key: "ArrowRight" }).seconds, 5);
  assert.equal(actFor({ key: "ArrowLeft", shiftKey: true }).seconds, -30);
  assert.equal(actFor({ key: "ArrowRight", shiftKey: true }).seconds, 30);
});

test("a digit carries its point", () => {
  assert.deepEqual(actFor({ key: "0" }), { act: "rate", digit: "0" });
});

test("caps lock changes nothing, shift with a letter is no act", () => {
  assert.equal(actFor({ key: "N" }).act, "note");
  assert.equal(actFor({ key: "N", shiftKey: true }), null);
  assert.equal(actFor({ key: "?", shiftKey: true }).act, "help");
  assert.equal(actFor({ key: "+", shiftKey: true }).act, "louder");
});

test("brackets that need AltGr are brackets, nothing else is with it", () => {
  const german = { ctrlKey: true, altKey: true, altGraph: true };
  assert.equal(actFor({ key: "[", ...german }).act, "slower");
  assert.equal(actFor({ key: "]", ...german }).act, "faster");
  for (const key of ["n", "8", "ArrowLeft"]) assert.equal(actFor({ key, ...german }), null);
});

test("the browser keeps its own combinations and all other keys", () => {
  for (const modifier of ["ctrlKey", "altKey", "metaKey"]) assert.equal(actFor({ key: "n", [modifier]: true }), null);
  for (const key of ["x", "Enter", "Tab", "F5", "toString", "constructor"]) assert.equal(actFor({ key }), null);
});

test("a key held down never rates item after item", () => {
  for (const act of ["seek", "up", "down"]) assert.equal(mayRepeat(act), true);
  for (const act of ["rate", "code", "clear", "unsure", "play", "loop"]) assert.equal(mayRepeat(act), false);
});
