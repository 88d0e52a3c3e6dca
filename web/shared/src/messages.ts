//! Which language to speak.
//!
//! A front end keeps one module a language: `export const en = {…}`, where a
//! message is a string or a function that returns one, and
//! `export const es: typeof en = {…}`, so that a missing or misshapen message does not
//! compile. Each module is loaded by itself: `languages({ en: () => import(…), … })`.

export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** How a language calls itself, for a list to choose from. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', es: 'Español' };

export function isLanguage(tag: string): tag is Language {
  return (LANGUAGES as readonly string[]).includes(tag);
}

/**
 * The first wanted language that is offered; else the first offered that we
 * speak; else English. Tags are BCP 47 (`es-MX` wants `es`).
 */
export function chooseLanguage(offered: readonly string[], wanted: readonly string[]): Language {
  const spoken = offered.filter(isLanguage);
  const tags = wanted.map((tag) => tag.slice(0, 2).toLowerCase());
  return tags.filter(isLanguage).find((tag) => spoken.includes(tag)) ?? spoken[0] ?? 'en';
}
