/** Why a past conversation is not shown: what happened, whose turn it is and what to do. Pure. */
import type { Problem } from '../protocol.ts';
import type { Words } from '../words/en.ts';
import { mendWords } from '../words/places.ts';
import type { Language } from '../words/words.svelte.ts';

export interface Wanted {
  readonly reference: string;
  readonly destination: string;
}

/** `null` where the console's own words for the problem say it. */
export function refusedWords(
  problem: Problem,
  { reference, destination }: Wanted,
  most: number,
  t: Words,
  language: Language,
): string | null {
  const { refused } = t.history;
  if (problem.status === 0) return refused.silent;
  if (problem.status === 409) return refused.shut;
  if (problem.status === 404) return refused.notHere(reference);
  if (problem.status === 429) return refused.tooMany(most);
  if (problem.mend === 'changed_there') return refused.changed(destination);
  if (problem.mend === 'sealed') return refused.sealed(destination);
  if (problem.mend != null && problem.detail != null)
    return refused.place(destination, mendWords(language, { code: problem.mend, mend: problem.detail }));
  return null;
}
