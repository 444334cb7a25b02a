/** Talking over ratings: hear from a note's second, play by keys, go to the item or discrepancy before and after. */
import { Player } from "./player.mjs";
import { pageWords } from "./words.mjs";

const SEEKS = { ArrowLeft: -5, ArrowRight: 5 };
const ACTS = { " ": "play", "[": "slower", "]": "faster" };
const WAYS = { j: "next", k: "previous", d: "discrepancy" };

/** What a key press means where nobody types: a way to another page, an act of the player, or null. */
export function meaningOf({ key, shiftKey = false, ctrlKey = false, altKey = false, metaKey = false }) {
  if (ctrlKey || altKey || metaKey) return null;
  if (Object.hasOwn(SEEKS, key)) return { act: "seek", seconds: SEEKS[key] * (shiftKey ? 6 : 1) };
  if (!shiftKey && Object.hasOwn(WAYS, key)) return { act: "go", way: WAYS[key] };
  return Object.hasOwn(ACTS, key) ? { act: ACTS[key] } : null;
}

export function attach(root) {
  const sound = root.querySelector('[data-part="player"]');
  const player = sound?.querySelector("audio") ? new Player(sound, pageWords(document)) : null;
  player?.addEventListener("told", ({ detail }) => (root.querySelector('[data-part="announcer"]').textContent = detail));
  if (player) hearNotes(root, player);
  document.addEventListener("keydown", (event) => pressed(event, root, player));
}

/** Each note's second becomes a button that plays from there. */
function hearNotes(root, player) {
  const stamps = [...root.querySelectorAll("[data-second]")];
  for (const stamp of stamps) {
    stamp.disabled = false;
    stamp.addEventListener("click", () => player.hear(Number(stamp.dataset.second)));
  }
  player.mark(stamps.map((stamp) => Number(stamp.dataset.second)));
}

function pressed(event, root, player) {
  const { target } = event;
  if (event.isComposing || event.defaultPrevented || target.closest("textarea, select, input:not([type=radio])")) return;
  const meaning = meaningOf(event);
  if (!meaning || isOwn(target, event)) return;
  if (meaning.act === "go") {
    const link = root.ownerDocument.querySelector(`[data-way="${meaning.way}"]`);
    if (link) link.click();
  } else if (!player) return;
  else if (meaning.act === "play") player.toggle();
  else if (meaning.act === "seek") player.step(meaning.seconds);
  else player.changeSpeed(meaning.act === "faster" ? 1 : -1);
  event.preventDefault();
}

/** Keys that the focused control needs itself. */
function isOwn(target, { key }) {
  if (key.startsWith("Arrow")) return target.matches("input, [role=slider]");
  return key === " " && target.matches("button, a, input, summary");
}
