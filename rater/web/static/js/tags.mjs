/** Items named in a note: "#sta2" tags the item sta2. The same rule as rater/ratings/tagging.py. */

const TAG = /(?<![\p{L}\p{N}_#])#([A-Za-z0-9_]+)(?![\p{L}\p{N}_])/gu;
const BEGUN = /(?<![\p{L}\p{N}_#])#([A-Za-z0-9_]*)$/u;

/** The text cut at its tags: [{text, item}], `item` being null where the piece is no tag of one of the items. */
export function pieces(text, items) {
  const known = new Map(items.map((item) => [item.toLowerCase(), item]));
  const found = [];
  let from = 0;
  for (const tag of text.matchAll(TAG)) {
    const item = known.get(tag[1].toLowerCase());
    if (!item) continue;
    if (tag.index > from) found.push({ text: text.slice(from, tag.index), item: null });
    found.push({ text: tag[0], item });
    from = tag.index + tag[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), item: null });
  return found;
}

/** The items that a text tags, each once, in the order of their first tags. */
export function taggedItems(text, items) {
  return [...new Set(pieces(text, items).flatMap(({ item }) => item ?? []))];
}

/** The tag that is being typed at the caret, {start, word}, or null. */
export function tagAt(text, caret) {
  const begun = BEGUN.exec(text.slice(0, caret));
  if (!begun || /^[\p{L}\p{N}_]/u.test(text.slice(caret))) return null;
  return { start: begun.index, word: begun[1] };
}

/** What to offer for a begun word: of [{id, name}] the item in work, then those whose id, then whose name begins so. */
export function offers(word, items, current, most = 6) {
  const wanted = word.toLowerCase();
  const isMeant = ({ id }) => id.toLowerCase().startsWith(wanted);
  const isNamed = ({ name }) => wanted.length > 1 && name.toLowerCase().split(/\s+/).some((part) => part.startsWith(wanted));
  const place = (item) => (item.id === current ? 0 : isMeant(item) ? 1 : 2);
  const found = items.filter((item) => isMeant(item) || isNamed(item));
  if (found.length === 1 && found[0].id.toLowerCase() === wanted) return [];
  return found.sort((a, b) => place(a) - place(b)).slice(0, most);
}

/** The text with the tag of an item in the place of what stands between `start` and `end`; {text, caret}. */
export function withTag(text, start, end, id) {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const lead = before && !/[\s(]$/.test(before) ? " " : "";
  const tag = `${lead}#${id}${/^\s/.test(after) ? "" : " "}`;
  return { text: before + tag + after, caret: before.length + tag.length };
}
