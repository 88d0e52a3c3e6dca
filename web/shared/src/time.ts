//! Times as people say them. All times are milliseconds since the Unix epoch,
//! shown in the reader's own time zone unless one is given.

import type { Language } from './messages.ts';

const MINUTE_MS = 60_000;

/** `9:05 AM`, `9:05`. */
export function clockTime(at: number, language: Language, timeZone?: string): string {
  return formatter(language, { hour: 'numeric', minute: '2-digit', timeZone }).format(at);
}

/** For a title on hover: day, time and seconds. */
export function exactTime(at: number, language: Language, timeZone?: string): string {
  return formatter(language, { dateStyle: 'full', timeStyle: 'medium', timeZone }).format(at);
}

/** "Today", "Yesterday", or the day by name and date. */
export function dayName(at: number, now: number, language: Language, timeZone?: string): string {
  const days = dayNumber(at, timeZone) - dayNumber(now, timeZone);
  if (days === 0 || days === -1) {
    const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day');
    return words.charAt(0).toLocaleUpperCase(language) + words.slice(1);
  }
  return formatter(language, { weekday: 'long', day: 'numeric', month: 'long', timeZone }).format(at);
}

export function isSameDay(a: number, b: number, timeZone?: string): boolean {
  return dayNumber(a, timeZone) === dayNumber(b, timeZone);
}

export function isSameMinute(a: number, b: number): boolean {
  return Math.floor(a / MINUTE_MS) === Math.floor(b / MINUTE_MS);
}

/** `3:07`, `1:02:45`: a wait as a clock. Seconds below zero count as none. */
export function clockDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

type Options = { [K in keyof Intl.DateTimeFormatOptions]: Intl.DateTimeFormatOptions[K] | undefined };
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs a hundred times what using one does, and a thread uses it on every line. */
function formatter(language: string, options: Options): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let made = formatters.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(language, options as Intl.DateTimeFormatOptions);
    formatters.set(key, made);
  }
  return made;
}

/** Days since the epoch in that time zone. */
function dayNumber(at: number, timeZone: string | undefined): number {
  const parts = formatter('en-US', { year: 'numeric', month: 'numeric', day: 'numeric', timeZone }).format(at).split('/');
  return Date.UTC(Number(parts[2]), Number(parts[0]) - 1, Number(parts[1])) / 86_400_000;
}
