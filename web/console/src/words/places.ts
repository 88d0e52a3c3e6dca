/** The server's own words about destinations: English as they come, Spanish by their codes. */
import type { DestinationField, DestinationForm, Refusal } from '../protocol.ts';
import { mends, ours } from './es.mends.ts';
import { fields, forms } from './es.places.ts';
import type { Language } from './words.svelte.ts';

export interface Named {
  readonly label: string;
  readonly help: string;
}

export function formWords(language: Language, form: DestinationForm): Named {
  const [label, help] = (language === 'es' && forms[form.kind]) || [form.label, form.help];
  return { label, help };
}

export function fieldWords(language: Language, kind: string, field: DestinationField): Named {
  const [label, help] = (language === 'es' && fields[`${kind}.${field.name}`]) || [field.label, field.help];
  return { label, help };
}

export function mendWords(language: Language, refusal: Pick<Refusal, 'code' | 'mend'>): string {
  return (language === 'es' && (mends[refusal.code] ?? ours[refusal.code])) || refusal.mend;
}
