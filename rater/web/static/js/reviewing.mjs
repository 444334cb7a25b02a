/** The review of a session: comments typed while it plays, excerpts, marks on the waveform, keys. */
import { playerActs } from "./acts.mjs";
import { Excerpt, excerptIn, stretchOf } from "./excerpt.mjs";
import { Keys } from "./keys.mjs";
import { NewComment } from "./moment.mjs";
import { Player } from "./player.mjs";
import { Staying } from "./staying.mjs";
import { pageWords } from "./words.mjs";

export function attach(root) {
  const say = pageWords(document);
  const announcer = root.querySelector('[data-part="announcer"]');
  const announce = (text) => (announcer.textContent = text);
  const player = playerIn(root, say);
  player?.addEventListener("told", ({ detail }) => announce(detail));
  const comment = new NewComment(root, player);
  const staying = new Staying(root, say, announce);
  staying.addEventListener("changed", ({ detail }) => {
    if (detail.isNew) comment.renew();
    if (player) mark(root, player);
  });
  if (player) hearExcerpts(root, player);
  new Keys({ ...playerActs(player), note: () => comment.focus() }, say, announce);
}

/** The player; without it the address of the sound itself carries the excerpt. */
function playerIn(root, say) {
  const sound = root.querySelector('[data-part="player"]');
  const audio = sound?.querySelector("audio");
  if (!audio) return null;
  const address = audio.getAttribute("src");
  if (address.includes("#")) audio.src = address.split("#")[0];
  return new Player(sound, say);
}

/** A moment plays on a click, and the focus goes from its link to its comment, where Space is the player's. */
function hearExcerpts(root, player) {
  const excerpt = new Excerpt(player);
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a.excerpt");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(null, "", link.href);
    link.closest(".comment").focus({ preventScroll: true });
    excerpt.hear(stretchOf(link.dataset.start, link.dataset.stop, player.duration));
  });
  const ask = () => {
    const asked = excerptIn(location, player.duration);
    if (asked) excerpt.open(asked);
  };
  addEventListener("hashchange", ask);
  mark(root, player);
  ask();
}

/** Each comment's moment as a small mark, its stretch as a line along the top. */
function mark(root, player) {
  const shown = [...root.querySelectorAll("a.excerpt")].map(({ dataset }) => stretchOf(dataset.start, dataset.stop, player.duration));
  const placed = shown.filter(Boolean);
  player.mark(placed.map(({ start }) => start));
  player.outline("comment", placed.filter(({ stop }) => stop !== null).map(({ start, stop }) => [start, stop]));
}
