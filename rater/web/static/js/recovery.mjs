/** A recording that stops coming: one calm sentence, a button, and playing on at the same second when it is back. */

const PATIENCE_MS = 6_000;
const LONGEST_MS = 30_000;
/** After a longer break, sound that starts by itself would startle. */
const PLAYS_ON_MS = 30_000;

/** What to say of a recording that cannot be fetched; status 0: no answer. */
export function sentenceFor(status, redirected = false) {
  if (status === 404 || status === 410) return "audio_gone";
  if (status === 401 || redirected) return "audio_signed_out";
  return "audio_fault";
}

export class Recovery {
  constructor(player) {
    Object.assign(this, { player, audio: player.audio, at: null, wanted: false, pause: 5000 });
    this.notice = player.part("player-fault");
    this.words = player.part("player-fault-words");
    this.button = player.part("player-again");
    const { audio } = this;
    audio.addEventListener("error", () => this.fail());
    for (const name of ["waiting", "seeking"]) audio.addEventListener(name, () => this.#wait());
    for (const name of ["playing", "canplay", "seeked"]) audio.addEventListener(name, () => clearTimeout(this.waiting));
    for (const name of ["canplay", "playing"]) audio.addEventListener(name, () => this.#back());
    this.button.addEventListener("click", () => this.again(true));
    addEventListener("online", () => this.at !== null && this.again());
    if (audio.error) this.fail();
  }

  /** Whether the sound is away just now. */
  get isAway() {
    return this.at !== null;
  }

  /** The sound has stopped coming: say so, and look from time to time whether it is back. */
  async fail() {
    if (!this.isAway) {
      this.at = this.player.lastNow;
      this.wanted = this.player.wanted;
      this.since = performance.now();
    }
    clearTimeout(this.waiting);
    const found = await this.#ask();
    if (!this.isAway) return;
    this.#show(found ?? "audio_fault");
    if (found !== "audio_gone") this.#later();
  }

  /** Load the recording anew and go to the second where it broke off. */
  again(byHand = false) {
    clearTimeout(this.timer);
    const plays = this.wanted && (byHand || performance.now() - this.since < PLAYS_ON_MS);
    this.audio.load();
    this.audio.currentTime = this.at;
    if (plays) this.audio.play().catch(() => {});
  }

  #wait() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.fail(), PATIENCE_MS);
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#look(), this.pause);
    this.pause = Math.min(LONGEST_MS, this.pause * 2);
  }

  async #look() {
    if (!this.isAway) return;
    if ((await this.#ask()) === null) this.again();
    else this.#later();
  }

  /** What is wrong, as a sentence's name; null when the recording can be had. */
  async #ask() {
    try {
      const answer = await fetch(this.audio.src, { method: "HEAD", headers: { Accept: "application/json" } });
      return answer.ok && !answer.redirected ? null : sentenceFor(answer.status, answer.redirected);
    } catch {
      return "audio_fault";
    }
  }

  #show(sentence) {
    const text = this.player.say(sentence);
    if (!this.notice.hidden && this.words.textContent === text) return;
    this.words.textContent = text;
    this.button.hidden = false;
    this.notice.hidden = false;
    this.player.tell(sentence);
  }

  #back() {
    if (!this.isAway) return;
    clearTimeout(this.timer);
    this.at = null;
    this.pause = 5000;
    if (this.notice.hidden) return;
    this.notice.hidden = true;
    this.player.tell("audio_back");
  }
}
