import { maskNamesEs } from '@sotto/shared/words/masks.es.ts';

import type { ExtraWords } from '../frame/extra.tsx';

export const words: ExtraWords = {
  masks: maskNamesEs,
  hidden: (what, ends) => (ends === null ? `${what}, oculto` : `${what}, oculto, termina en ${ends}`),
  why: '¿Por qué?',
  whyHidden:
    'Se ocultó antes de que alguien pudiera leerlo y antes de guardarlo. Si la clínica lo necesita, le dirá una forma segura de darlo.',
  redacted: 'tachado',
  whyRedacted: 'La clínica lo quitó más tarde. No se puede recuperar.',
  looksLike: (what) => `Esto parece un dato privado: ${what}.`,
  willHide: 'Se ocultará.',
  onlyIfNeeded: 'Envíelo solo si la clínica lo necesita.',
  takeOut: 'Quitarlo',
  opensNewTab: 'se abre en otra pestaña',
  goesTo: (host) => `lleva a ${host}`,
  textSize: 'Letra más grande',
  sound: 'Sonido',
  language: 'Idioma',
  leaveExplains: 'Termina y borra este chat de la pantalla al instante.',
  privacy: 'Cómo cuidamos su privacidad',
  privacyCard: [
    'Solo el personal de la clínica lee lo que usted escribe.',
    'Los números de tarjeta y otros parecidos se ocultan antes de guardarse.',
    'Cuando la clínica tiene su copia, se destruye la llave de la nuestra. Quedan cifras, no palabras.',
    'Este navegador solo guarda un pase para este chat, hasta que cierre la pestaña.',
  ],
};
