/** Times as people say them; the exact one stands in a title. Pure but for the reader's time zone. */
import type { Words } from './en.ts';

export function timeOfDay(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(at);
}

export function exact(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' }).format(at);
}

/** A day's name that sorts and compares: local year, month and day. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

export function dayName(at: number, now: number, locale: string, t: Words): string {
  if (dayOf(at) === dayOf(now)) return t.conversation.today;
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(at) === dayOf(yesterday.getTime())) return t.conversation.yesterday;
  return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }).format(at);
}

/** The time alone today, with its day otherwise. */
export function when(at: number, now: number, locale: string): string {
  if (dayOf(at) === dayOf(now)) return timeOfDay(at, locale);
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }).format(at);
}

/** "in 4 minutes", "2 hours ago". */
export function fromNow(at: number, now: number, locale: string): string {
  const seconds = Math.round((at - now) / 1000);
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const size = Math.abs(seconds);
  if (size < 60) return words.format(seconds, 'second');
  if (size < 3600) return words.format(Math.round(seconds / 60), 'minute');
  if (size < 86_400) return words.format(Math.round(seconds / 3600), 'hour');
  return words.format(Math.round(seconds / 86_400), 'day');
}

/** 90 -> "1 minute 30 seconds": a figure in seconds, said so that it can be judged. */
export function duration(seconds: number, t: Words): string {
  const parts: string[] = [];
  const say = (n: number, words: (n: number) => string) => {
    if (n > 0) parts.push(words(n));
  };
  say(Math.floor(seconds / 86_400), t.duration.days);
  say(Math.floor((seconds % 86_400) / 3600), t.duration.hours);
  say(Math.floor((seconds % 3600) / 60), t.duration.minutes);
  say(seconds % 60, t.duration.seconds);
  return parts.length === 0 ? t.duration.seconds(0) : parts.slice(0, 2).join(' ');
}

/** The day alone. */
export function day(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(at);
}

/** Day and minute; the second stands in the title. */
export function minute(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** An hour of a day: its day, when it begins, when it ends. */
export function hour(at: number, locale: string): { readonly day: string; readonly from: string; readonly to: string } {
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' }).format(at);
  return { day, from: timeOfDay(at, locale), to: timeOfDay(at + 3_600_000, locale) };
}
