import { expect, it } from 'vitest';
import text from '../../../../docs/operate/destinations/forms.json?raw';
import { mends } from './es.mends.ts';
import { fields, forms } from './es.places.ts';

/** What the server says in English, as its manual lists it. */
interface Manual {
  forms: { kind: string; fields: { name: string; help: string }[] }[];
  mends: string[];
}
const manual = JSON.parse(text) as Manual;

it('has every form, setting and mend of the server in Spanish, and none that is no more', () => {
  const kinds = manual.forms.map((form) => form.kind);
  expect(Object.keys(forms).sort()).toEqual(kinds.sort());
  const settings = manual.forms.flatMap((form) => form.fields.map((field) => `${form.kind}.${field.name}`));
  expect(Object.keys(fields).sort()).toEqual(settings.sort());
  expect(Object.keys(mends).sort()).toEqual([...manual.mends].sort());
});
