//! Times as people say them, in the reader's own time zone. All times are
//! milliseconds since the Unix epoch.

import type { Language } from './messages.ts';

const MINUTE_MS = 60_000;

/** `9:05 AM`, `9:05`. */
export function clockTime(at: number, language: Language): string {
  return formatter(language, { hour: 'numeric', minute: '2-digit' }).format(at);
}

/** For a title on hover: day, time and seconds. */
export function exactTime(at: number, language: Language): string {
  return formatter(language, { dateStyle: 'full', timeStyle: 'medium' }).format(at);
}

/** "today", "yesterday", or the day by name and date. */
export function dayName(at: number, now: number, language: Language): string {
  const yesterday = new Date(now);
  const isYesterday = isSameDay(at, yesterday.setDate(yesterday.getDate() - 1));
  if (!isYesterday && !isSameDay(at, now)) return formatter(language, { weekday: 'long', day: 'numeric', month: 'long' }).format(at);
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(isYesterday ? -1 : 0, 'day');
}

export function isSameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

export function isSameMinute(a: number, b: number): boolean {
  return Math.floor(a / MINUTE_MS) === Math.floor(b / MINUTE_MS);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs a hundred times what using one does, and a thread uses it on every line. */
function formatter(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const made = formatters.get(key) ?? new Intl.DateTimeFormat(language, options);
  formatters.set(key, made);
  return made;
}
