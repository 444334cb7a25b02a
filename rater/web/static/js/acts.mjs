/** What keys do to a recording and to the items of scales, for every page that has them. */

/** The acts on a player; without one they leave the keys to the browser. */
export function playerActs(player) {
  const withPlayer = (act) => (wanted) => (player ? act(wanted) : false);
  return {
    play: withPlayer(() => player.toggle()),
    seek: withPlayer(({ seconds }) => player.step(seconds)),
    slower: withPlayer(() => player.changeSpeed(-1)),
    faster: withPlayer(() => player.changeSpeed(1)),
    louder: withPlayer(() => player.changeBoost(1)),
    softer: withPlayer(() => player.changeBoost(-1)),
    skip: withPlayer(() => player.toggleSkip()),
    loop: withPlayer(() => player.loop()),
  };
}

/** The acts on the items. */
export function itemActs(items) {
  return {
    rate: ({ digit }) => items.rate(digit),
    up: () => items.move(-1),
    down: () => items.move(1),
    code: () => items.cycleCodes(),
    clear: () => items.clear(),
    anchors: () => items.toggleAnchors(),
  };
}
