/** Lo que dice la página de conversaciones pasadas, en español. */
import { count } from './count.ts';
import type { history as english } from './en.history.ts';

const openCommand = 'sotto transcript open --identity CLAVE ARCHIVO';

export const history: typeof english = {
  heading: 'Conversaciones pasadas',
  lead: 'Se buscan por lo que sabe el catálogo, nunca por visitante, y se leen de vuestro propio almacenamiento al abrirlas.',
  looks: (left, most) => `Te quedan ${left} de ${count(most, 'mirada', 'miradas')} en esta hora.`,
  shut: 'No tienes abiertas las conversaciones pasadas',
  shutLead:
    'La clínica no las ha abierto, o no para tu función. Un administrador puede hacerlo en Administración, Destinos. Mientras tanto se leen donde están guardadas.',
  failed: 'No se pudo leer el catálogo.',
  again: 'Intentar de nuevo',

  search: 'Acotar la lista',
  narrow: 'Por día, departamento, agente o resultado',
  reference: 'Número de referencia',
  referenceHint: 'Como K7QX-4MPD',
  from: 'Empezó ese día o después',
  until: 'Empezó ese día o antes',
  order: 'Este día es anterior al otro. Cambia uno de los dos.',
  department: 'Departamento',
  agent: 'Agente',
  outcome: 'Resultado',
  any: 'Cualquiera',
  find: 'Buscar',
  clear: 'Ver todas',

  results: 'Encontradas',
  finding: 'Buscando en el catálogo…',
  found: (n, isWhole) => (isWhole ? count(n, 'conversación', 'conversaciones') : `Las ${n} más recientes; hay más`),
  none: 'Aún no se ha entregado nada, o el catálogo ya no lo tiene.',
  noneFits: 'No hay ninguna así. Pide menos, o revisa el número de referencia.',
  more: 'Ver anteriores',
  hour: (from, to) => `${from} a ${to}`,
  noAgent: 'Nadie la aceptó',
  noOutcome: 'Sin resultado',
  open: (destination) => `Abrir desde ${destination}`,
  addenda: (n) => count(n, 'anexo', 'anexos'),
  sealed: (destination) => `Sellada en ${destination}: solo la abren las claves de la clínica.`,
  notReadBack: (destination) => `En ${destination}, que no se relee desde aquí.`,

  back: 'Volver a la lista',
  reading: (destination) => `Leyéndola de ${destination}…`,
  proof: (destination, time) => `Leída de ${destination} a las ${time}. Se comprobaron la firma y los hashes: es lo que se entregó.`,
  recorded: 'Que la has mirado queda anotado en la auditoría. Aquí no se guarda nada: al salir de esta página desaparece.',
  practice: 'Fue en modo de práctica.',
  about: 'Sobre esta conversación',
  started: 'Empezó',
  ended: 'Terminó',
  transcript: 'Transcripción',
  later: 'Lo que llegó después de la entrega',
  laterLead: 'Arriba se lee como queda hoy. Las partes entregadas antes siguen en vuestro almacenamiento tal como estaban.',
  addendum: (n) => `Anexo ${n}`,
  changed: {
    message: (when) => `El mensaje del ${when} ahora dice:`,
    note: (when) => `La nota del ${when} ahora dice:`,
    comment: (when) => `El comentario a la valoración del ${when} ahora dice:`,
    answer: (field) => `La respuesta a «${field}» ahora dice:`,
  },
  said: 'Se escribió un mensaje; está arriba.',
  noted: 'Se escribió una nota; está arriba.',

  refusedHeading: 'No se muestra',
  refused: {
    shut: 'Las conversaciones pasadas se cerraron entretanto. Si necesitas esta, pide a un administrador que las abra.',
    notHere: (reference) =>
      `El catálogo no tiene ninguna ${reference} que puedas leer de ahí. Revisa el número; si es correcto, pregunta a un administrador si su departamento es tuyo y si el lugar aún se relee.`,
    tooMany: (most) =>
      `Has mirado ${count(most, 'vez', 'veces')} en una hora, y no puedes más. Vuelve dentro de una hora; quien necesite más, que lo pida a un administrador.`,
    changed: (destination) =>
      `Lo que hay en ${destination} no es lo que se entregó, así que no se muestra. Avisa ya a un administrador: preguntará a quien guarda el lugar, y «sotto transcript verify» dice qué archivo es.`,
    sealed: (destination) =>
      `Está sellada en ${destination} y la clave que la abre no está aquí. Quien tiene una abre con ella el archivo: ${openCommand}`,
    place: (destination, mend) => `${destination} no la dio, y debe mirarlo un administrador: ${mend}`,
    silent: 'El servidor no responde. Revisa tu conexión e inténtalo de nuevo.',
  },
};
