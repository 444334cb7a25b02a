/** The windows of one person in one browser tell each other what was saved, who is there and who leaves. */

export class Tabs {
  /** `person` and `rating` name whose changes are meant; `takesOver`: what a window kept that leaves goes on from here. */
  constructor(saver, { person, rating, takesOver = true, channel = new BroadcastChannel("rater") }) {
    Object.assign(this, { saver, person, rating, takesOver, channel });
    saver.addEventListener("confirmed", ({ detail }) => this.#saved(detail));
    channel.addEventListener("message", ({ data }) => this.#heard(data));
    addEventListener("pagehide", () => this.#say("left", { window: saver.store.window }));
    this.#say("here");
  }

  #saved({ change: { key, method, url, body, bare }, data }) {
    if (!bare) this.#say("saved", { change: { key, method, url, body, version: data.version } });
  }

  #say(kind, more = {}) {
    this.channel.postMessage({ kind, person: this.person, rating: this.rating, ...more });
  }

  #heard({ kind, person, rating, ...more }) {
    if (person !== this.person) return;
    if (kind === "here" && this.saver.halted) this.saver.retry();
    if (rating !== this.rating) return;
    if (kind === "saved") this.saver.learn(more.change);
    if (kind === "left" && more.window && this.takesOver) this.#takeOver(more.window);
  }

  async #takeOver(window) {
    await this.saver.store.left(window);
    await this.saver.recover();
  }
}
