import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { notesByItem } from "../../rater/web/static/js/itemnotes.mjs";
import { stampAfter } from "../../rater/web/static/js/newnote.mjs";
import { inOrder, noteOf } from "../../rater/web/static/js/notes.mjs";
import { offers, pieces, tagAt, taggedItems, withTag } from "../../rater/web/static/js/tags.mjs";

const TABLE = JSON.parse(readFileSync(new URL("../ratings/tagging_cases.json", import.meta.url), "utf8"));
const ITEMS = [
  { id: "ghes1", name: "Therapeutic relationship" },
  { id: "sta1", name: "Rationale" },
  { id: "sta2", name: "Relation to goals" },
  { id: "sta22", name: "Another" },
];

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

test("a note knows its own changes from those of other parts", () => {
  assert.equal(noteOf("note-0a1b"), "0a1b");
  for (const key of ["ghes1", "unsure-ghes1", "task-note-1", "other-note-2", "note-"]) assert.equal(noteOf(key), null);
});

test("tags are the same here as on the server, case by case", () => {
  for (const [text, tagged] of TABLE.cases) assert.deepEqual(taggedItems(text, TABLE.items), tagged, text);
});

test("the table sees a rule that only looks for the letters", () => {
  const loose = (text) => TABLE.items.filter((item) => text.includes(`#${item}`));
  assert.ok(TABLE.cases.some(([text, tagged]) => JSON.stringify(loose(text)) !== JSON.stringify(tagged)));
});

test("the pieces of a text are the whole text", () => {
  for (const [text] of TABLE.cases) assert.equal(pieces(text, TABLE.items).map((piece) => piece.text).join(""), text);
  assert.deepEqual(pieces("a #STA2.", TABLE.items), [{ text: "a ", item: null }, { text: "#STA2", item: "sta2" }, { text: ".", item: null }]);
});

test("a tag is begun where # starts a word and the caret is at its end", () => {
  assert.deepEqual(tagAt("see #st", 7), { start: 4, word: "st" });
  assert.deepEqual(tagAt("#", 1), { start: 0, word: "" });
  assert.equal(tagAt("see #st", 5), null);
  for (const text of ["mail#st", "##", "# ", "no. 3"]) assert.equal(tagAt(text, text.length), null, text);
});

test("offered are items whose id or name begins so, the one in work first; a whole id asks nothing more", () => {
  const ids = (word, current) => offers(word, ITEMS, current).map(({ id }) => id);
  assert.deepEqual(ids("", "sta2"), ["sta2", "ghes1", "sta1", "sta22"]);
  assert.deepEqual(ids("STA2", "ghes1"), ["sta2", "sta22"]);
  assert.deepEqual(ids("goal", "ghes1"), ["sta2"]);
  assert.deepEqual(offers("st", [{ id: "ghes3", name: "Strategies" }, ...ITEMS], null).map(({ id }) => id), ["sta1", "sta2", "sta22", "ghes3"]);
  assert.deepEqual(ids("sta22", "ghes1"), []);
  assert.deepEqual(ids("zz", "ghes1"), []);
  assert.deepEqual(ITEMS.map(({ id }) => id), ["ghes1", "sta1", "sta2", "sta22"]);
});

test("a tag takes the place of what was begun, with a space on either side", () => {
  assert.deepEqual(withTag("see #st", 4, 7, "sta2"), { text: "see #sta2 ", caret: 10 });
  assert.deepEqual(withTag("see it", 3, 3, "sta2"), { text: "see #sta2 it", caret: 9 });
  assert.deepEqual(withTag("", 0, 0, "sta2"), { text: "#sta2 ", caret: 6 });
});

test("each item has the notes that name it", () => {
  const notes = [{ id: "a", text: "#sta1 and #sta2" }, { id: "b", text: "#sta1" }, { id: "c", text: "none" }];
  const found = notesByItem(notes, ["sta1", "sta2", "sta3"]);
  assert.deepEqual([...found].map(([item, own]) => [item, own.map(({ id }) => id)]), [["sta1", ["a", "b"]], ["sta2", ["a"]], ["sta3", []]]);
});
