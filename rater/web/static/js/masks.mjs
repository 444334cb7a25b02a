/** Masked spans: the waveform of a recording, and its play head as the start or the stop of a span. */
const KEYS = { i: "start", o: "stop" };

/** Seconds as the form takes them, to the tenth: 75.84 is 1:15.8. */
export function toldTime(seconds) {
  const tenths = Math.round(seconds * 10);
  const rest = tenths % 600;
  return `${Math.floor(tenths / 600)}:${String(Math.floor(rest / 10)).padStart(2, "0")}.${rest % 10}`;
}

/** Which field a key fills, or null: keys with a modifier and keys typed into a field are left alone. */
export function fieldOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return null;
  return KEYS[event.key.toLowerCase()] ?? null;
}

export function attach(element) {
  const part = (name) => element.querySelector(`[data-part="${name}"]`);
  const audio = element.querySelector("audio");
  const take = (name) => {
    element.querySelector(`[name="${name}"]`).value = toldTime(audio.currentTime);
  };
  for (const name of Object.values(KEYS)) {
    part(`${name}-here`).hidden = false;
    part(`${name}-here`).addEventListener("click", () => take(name));
  }
  part("keys-hint").hidden = false;
  element.addEventListener("keydown", (event) => {
    const name = fieldOf(event);
    if (!name) return;
    event.preventDefault();
    take(name);
  });
  draw({ element, audio, part, duration: Number(element.dataset.duration) });
}

async function draw(player) {
  player.part("wave").hidden = false;
  try {
    const { Wave } = await import("./wave.mjs");
    await Wave.draw(player);
  } catch {
    player.part("wave").hidden = true;
  }
}
