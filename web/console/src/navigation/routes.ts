/** The console's addresses, both ways. Pure. */
export const SECTIONS = ['departments', 'site', 'masking', 'dispositions', 'timing', 'destinations'] as const;

export type SectionName = (typeof SECTIONS)[number];

export interface Past {
  readonly reference: string;
  readonly destination: string;
}

export type Route =
  | { readonly at: 'conversations'; readonly conversation: string | null }
  /** `open`: the past conversation that is read, and from where. */
  | { readonly at: 'history'; readonly open: Past | null }
  | { readonly at: 'deliveries' }
  | { readonly at: 'administration'; readonly section: SectionName | null }
  | { readonly at: 'nowhere' };

const BASE = '/console/';

export function parse(path: string): Route {
  if (path === '/console') return { at: 'conversations', conversation: null };
  if (!path.startsWith(BASE)) return { at: 'nowhere' };
  const [first = '', second = '', third = '', ...more] = path.slice(BASE.length).replace(/\/$/, '').split('/');
  if (more.length > 0) return { at: 'nowhere' };
  if (first === 'history') {
    if (second === '' && third === '') return { at: 'history', open: null };
    if (/^[A-Z0-9-]+$/.test(second) && /^[a-z0-9_-]+$/.test(third))
      return { at: 'history', open: { reference: second, destination: third } };
  }
  if (third !== '') return { at: 'nowhere' };
  if (first === '' && second === '') return { at: 'conversations', conversation: null };
  if (first === 'c' && /^[A-Za-z0-9_-]+$/.test(second)) return { at: 'conversations', conversation: second };
  if (first === 'deliveries' && second === '') return { at: 'deliveries' };
  if (first === 'administration') {
    if (second === '') return { at: 'administration', section: null };
    const section = SECTIONS.find((name) => name === second);
    if (section !== undefined) return { at: 'administration', section };
  }
  return { at: 'nowhere' };
}

export function format(route: Route): string {
  switch (route.at) {
    case 'conversations':
      return route.conversation === null ? BASE : `${BASE}c/${route.conversation}`;
    case 'history':
      return route.open === null ? `${BASE}history` : `${BASE}history/${route.open.reference}/${route.open.destination}`;
    case 'deliveries':
      return `${BASE}deliveries`;
    case 'administration':
      return route.section === null ? `${BASE}administration` : `${BASE}administration/${route.section}`;
    case 'nowhere':
      return BASE;
  }
}
