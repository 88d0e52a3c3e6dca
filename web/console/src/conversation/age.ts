/** Clocks of the lists: how long someone waits, and how urgent that looks. Pure. */

const WARM_SECONDS = 60;
const HOT_SECONDS = 180;

/** `fresh` is grey, `warm` between, `hot` amber and bold: colour is never alone. */
export type Heat = 'fresh' | 'warm' | 'hot';

/** `0:42`, `12:05`, `1:04:10`. A clock that is behind ours by a little shows `0:00`. */
export function clockText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export function heat(milliseconds: number): Heat {
  if (milliseconds >= HOT_SECONDS * 1000) return 'hot';
  return milliseconds >= WARM_SECONDS * 1000 ? 'warm' : 'fresh';
}

/** Whole seconds left until `at`, rounded up, never below 0. */
export function secondsLeft(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1000));
}
