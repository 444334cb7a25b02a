/** Tells the server what was heard, where the rater stands, and how long this window has been at work. */
import { rounded } from "./heard.mjs";

const PLAYING_EVERY_MS = 15_000;
const WORKING_EVERY_MS = 60_000;
const AFTER_SEEK_MS = 5_000;
const IDLE_AFTER_MS = 60_000;
const ANOTHER_SITTING_MS = 30 * 60_000;
/** A tick that comes later than this slept. */
const LONGEST_TICK_MS = 5_000;
const CLOSED = new Set(["submitted", "locked", "set_aside"]);

/** 32 hexadecimal signs that no other window has. */
export function windowId(random = crypto.getRandomValues(new Uint8Array(16))) {
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Counts the seconds at work in a sitting; all times are those of one steady clock, in ms. */
export class Sitting {
  constructor(now, newId = windowId) {
    Object.assign(this, { newId, id: newId(), seconds: 0, ticked: now, worked: now, touched: -Infinity });
  }

  touch(now) {
    this.touched = now;
  }

  /** One look at the clock: what passed counts if the rater listened or did something lately, in a visible window. */
  tick(now, { visible, playing }) {
    const passed = Math.min(now - this.ticked, LONGEST_TICK_MS);
    this.ticked = now;
    if (!visible || !(playing || now - this.touched <= IDLE_AFTER_MS)) return;
    if (now - this.worked > ANOTHER_SITTING_MS) Object.assign(this, { id: this.newId(), seconds: 0 });
    this.worked = now;
    this.seconds += passed / 1000;
  }
}

export class Listening {
  constructor(root, player, saver) {
    Object.assign(this, { player, saver, url: player.element.dataset.listening });
    this.closed = !this.url || CLOSED.has(root.dataset.state);
    saver.addEventListener("confirmed", ({ detail }) => this.#confirmed(detail));
    for (const name of ["locked", "refused"]) saver.addEventListener(name, ({ detail }) => this.#refused(detail));
    if (this.closed) return;
    this.sitting = new Sitting(performance.now());
    this.sent = performance.now();
    this.#connect();
  }

  /** Show what this computer kept from before the page was loaded. */
  restore(change) {
    if (change.key !== "listening") return;
    this.player.hearing.add(change.body.heard);
  }

  /** Hand over where things stand; of several that wait only the newest is sent. */
  send() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.closed) return;
    const { player, sitting } = this;
    player.hearing.note();
    this.sent = performance.now();
    this.told = sitting.seconds;
    const body = {
      heard: rounded(player.hearing.stretches, player.duration),
      position: Math.round(player.lastNow * 10) / 10,
      speed: player.audio.playbackRate,
      window: sitting.id,
      active: Math.round(sitting.seconds),
    };
    this.saver.put("listening", { url: this.url, body, merge: true });
  }

  #connect() {
    const { audio } = this.player;
    for (const name of ["pointerdown", "keydown", "wheel", "input"])
      document.addEventListener(name, () => this.sitting.touch(performance.now()), { capture: true, passive: true });
    for (const name of ["pause", "ended"]) audio.addEventListener(name, () => this.send());
    audio.addEventListener("seeked", () => this.#soon());
    document.addEventListener("visibilitychange", () => {
      this.#tick();
      if (document.visibilityState === "hidden") this.send();
    });
    setInterval(() => this.#tick(), 1000);
  }

  #tick() {
    const now = performance.now();
    const playing = !this.player.audio.paused;
    this.sitting.tick(now, { visible: document.visibilityState === "visible", playing });
    const due = now - this.sent >= (playing ? PLAYING_EVERY_MS : WORKING_EVERY_MS);
    if (due && (playing || this.sitting.seconds > (this.told ?? 0))) this.send();
  }

  #soon() {
    this.timer ??= setTimeout(() => this.send(), Math.max(0, AFTER_SEEK_MS - (performance.now() - this.sent)));
  }

  #confirmed({ change, data }) {
    if (change.key !== "listening" || typeof data.share !== "number") return;
    this.player.hearing.tell(data.share);
    this.player.element.dispatchEvent(new CustomEvent("share", { detail: data.share, bubbles: true }));
  }

  #refused({ change }) {
    if (change.key === "listening") this.closed = true;
  }
}
