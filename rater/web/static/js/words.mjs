/** Sentences in the reader's language, as the page brought them. */

/** Fill the gaps of a sentence: fill("{n} changes", {n: 3}) is "3 changes"; an unknown gap stays as it is. */
export function fill(sentence, values = {}) {
  return sentence.replace(/\{(\w+)\}/g, (gap, name) => (name in values ? String(values[name]) : gap));
}

/** The page's sentences as a function: say("saved", {time}). A sentence the page does not have is said by its name. */
export function speaker(table) {
  return (name, values) => fill(table[name] ?? name, values);
}

/** The speaker of this page, from its JSON block. */
export function pageWords(document) {
  return speaker(JSON.parse(document.getElementById("words").textContent));
}
