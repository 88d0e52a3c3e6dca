import { plural } from '@sotto/shared/messages.ts';
import { maskNamesEs } from '@sotto/shared/words/masks.es.ts';

import type { Words } from './en.ts';

const PLACES = ['Es su turno.', 'Hay una persona antes que usted.'];
const minutos = (count: number) => `${count} ${plural('es', count)({ one: 'minuto', other: 'minutos' })}`;

export const es: Words = {
  masks: maskNamesEs,

  practice: 'Prueba: no escriba información de salud.',
  loading: 'Abriendo el chat…',
  unreachable: 'Ahora no podemos comunicarnos con la clínica. Revise su conexión e inténtelo de nuevo.',
  unknownSite: 'Este chat no está activado para este sitio. Llame a la clínica, por favor.',
  noDepartments: 'La clínica todavía no atiende por chat. Llámela, por favor.',
  otherVersion: 'El chat se actualizó. Ábralo de nuevo para continuar.',
  tryAgain: 'Intentar de nuevo',
  close: 'Cerrar el chat',

  formTitle: '¿En qué podemos ayudarle?',
  closedTitle: 'Deje un mensaje',
  name: 'Su nombre',
  optional: 'opcional',
  department: '¿Con quién desea hablar?',
  openNow: 'abierto ahora',
  closedNow: 'cerrado ahora',
  closedHint: 'Ahora no hay nadie de turno. Deje un mensaje y la clínica lo leerá cuando abra. No recibirá respuesta en esta ventana.',
  question: 'Su pregunta',
  message: 'Su mensaje',
  consent: 'Acepto que la clínica reciba lo que escribo.',
  notice:
    'Lo que usted escribe llega a la clínica, que puede guardarlo en su expediente. Este servicio no conserva copia legible cuando la clínica ya la tiene. En una emergencia llame al 911.',
  start: 'Iniciar el chat',
  leaveMessage: 'Enviar el mensaje',
  starting: 'Enviando…',
  needQuestion: 'Escriba unas palabras para que la clínica pueda ayudarle.',
  needConsent: 'Marque esta casilla para continuar. Sin ella no se envía nada.',
  notStored: 'Su navegador no permite que el chat le recuerde. La conversación termina cuando salga de esta página.',
  tooLong: (bytes) => `Es demasiado largo. Quite unas ${bytes} ${plural('es', bytes)({ one: 'letra', other: 'letras' })}.`,
  tooMany: (seconds) =>
    `Fueron muchos mensajes seguidos. Inténtelo en ${seconds} ${plural('es', seconds)({ one: 'segundo', other: 'segundos' })}.`,
  startFailed: 'No se envió: no podemos comunicarnos con la clínica. Su texto sigue aquí. Inténtelo de nuevo.',
  startRefused: 'El chat de la clínica no puede recibirlo ahora. Su texto sigue aquí. Inténtelo en un momento.',

  team: 'Equipo de atención',
  agent: 'Personal',
  you: 'Usted',
  automatic: 'Clínica',
  waitingTitle: 'Está en la fila',
  place: (position) => PLACES[position - 1] ?? `Hay ${position - 1} personas antes que usted.`,
  wait: (seconds) =>
    seconds < 60 ? 'Menos de un minuto.' : `Unos ${minutos(Math.round(seconds / 60))}.`.replace('Unos 1 ', 'Cerca de 1 '),
  meanwhile: 'Deje esta ventana abierta. Ya puede añadir lo que nos ayude a responderle.',
  typing: (name) => `${name} está escribiendo`,
  away: (name) => `${name} perdió la conexión un momento. Lo que usted escriba se guarda para que lo lea.`,

  offline: 'No tiene conexión. Lo que escriba se guarda aquí y se envía cuando vuelva.',
  connecting: 'Conectando…',

  thread: 'Conversación',
  sending: 'enviando',
  sent: 'enviado',
  seen: 'visto',
  undelivered: 'aún sin enviar',
  notSent: 'no enviado',
  corrected: 'editado',
  hidden: (what, ends) => (ends === null ? `${what}, oculto` : `${what}, oculto, termina en ${ends}`),
  why: '¿Por qué?',
  whyHidden:
    'Se ocultó antes de que alguien pudiera leerlo y antes de guardarlo. Si la clínica lo necesita, le dirá una forma segura de darlo.',
  opensNewTab: 'se abre en otra pestaña',
  goesTo: (host) => `lleva a ${host}`,
  edit: 'Editar',

  accepted: (name) => `${name} se unió al chat`,
  returned: 'Vuelve a la fila sin perder su lugar.',
  transferred: (name) => `Le atenderá ${name}`,
  transferredOn: 'Le atenderá otra persona que puede ayudarle',
  warned: (time) => `Hace un rato que nadie escribe. El chat termina a las ${time}.`,
  stillHere: 'Sigo aquí',
  ended: {
    by_agent: 'La clínica terminó el chat',
    by_visitor: 'Usted terminó el chat',
    abandoned: 'Usted terminó el chat',
    timed_out: 'El chat terminó porque nadie escribía',
    out_of_hours: 'Su mensaje ya está en la clínica',
  },
  reopened: 'La clínica volvió a abrir el chat',
  rated: (score) => `Usted dio ${score} de 5`,

  composer: 'Escriba un mensaje',
  send: 'Enviar',
  editing: 'Está editando su último mensaje',
  editTooLate: 'Ya no se puede editar este mensaje. Envíe uno nuevo.',
  cancel: 'Cancelar',
  newMessages: 'Mensajes nuevos',

  end: 'Terminar',
  endQuestion: '¿Terminar este chat?',
  endExplains: 'Después la clínica ya no podrá responderle aquí.',
  endYes: 'Terminar el chat',
  endNo: 'Continuar',

  menu: 'Menú',
  textSize: 'Letra más grande',
  sound: 'Sonido',
  language: 'Idioma',
  leave: 'Salir rápido',
  leaveExplains: 'Termina y borra este chat de la pantalla al instante.',
  privacy: 'Cómo cuidamos su privacidad',
  privacyCard: [
    'Solo el personal de la clínica lee lo que usted escribe.',
    'Los números de tarjeta y otros parecidos se ocultan antes de guardarse.',
    'Cuando la clínica tiene su copia, se destruye la llave de la nuestra. Quedan cifras, no palabras.',
    'Este navegador solo guarda un pase para este chat, hasta que cierre la pestaña.',
  ],

  rateTitle: '¿Qué le pareció este chat?',
  scores: ['Muy malo', 'Malo', 'Normal', 'Bueno', 'Muy bueno'],
  comment: '¿Quiere añadir algo?',
  rate: 'Enviar la opinión',
  rateThanks: 'Gracias. La clínica verá su opinión.',
  rateFailed: 'La opinión no se envió. Inténtelo de nuevo.',
  reference: 'Su número de referencia',
  referenceExplains: 'Menciónelo si llama por este chat.',
  copy: 'Copiar',
  copied: 'Copiado',
  again: 'Iniciar otro chat',
  gone: 'Este chat terminó y ya no se puede leer aquí. La clínica tiene su copia.',
  goneReference: (reference) => `Si llama por este chat, mencione ${reference}.`,
};
