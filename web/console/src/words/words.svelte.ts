/** The language of the console: chosen here, or the browser's. Only the choice is kept, no content. */
import { en, type Words } from './en.ts';
import { es } from './es.ts';

export type Language = 'en' | 'es';

const KEPT = 'sotto.language';

export class Speech {
  language = $state<Language>(preferred());
  readonly t: Words = $derived(this.language === 'es' ? es : en);
  /** For `Intl`. */
  readonly locale: string = $derived(this.language === 'es' ? 'es' : navigator.language.startsWith('en') ? navigator.language : 'en');

  choose(language: Language): void {
    this.language = language;
    localStorage.setItem(KEPT, language);
  }
}

function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'en' || kept === 'es') return kept;
  return navigator.languages.find((one) => /^(en|es)/.test(one))?.startsWith('es') ? 'es' : 'en';
}
