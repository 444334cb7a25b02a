/** Seconds of a recording as people read them. */

const two = (n) => String(n).padStart(2, "0");

/** 751.9 is "12:31"; from one hour on "1:02:03". Anything that is no time is "0:00". */
export function formatTime(seconds) {
  const whole = Number.isFinite(seconds) && seconds > 0 ? Math.floor(seconds) : 0;
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** The wall clock of a moment as "14:02", on this computer. */
export function formatHour(date) {
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}
