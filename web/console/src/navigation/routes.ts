/** The console's addresses, both ways. Pure. */
export const SECTIONS = ['departments', 'site', 'masking', 'dispositions', 'timing', 'destinations'] as const;

export type SectionName = (typeof SECTIONS)[number];

export type Route =
  | { readonly at: 'conversations'; readonly conversation: string | null }
  | { readonly at: 'deliveries' }
  | { readonly at: 'administration'; readonly section: SectionName | null }
  | { readonly at: 'nowhere' };

const BASE = '/console/';

export function parse(path: string): Route {
  if (path === '/console') return { at: 'conversations', conversation: null };
  if (!path.startsWith(BASE)) return { at: 'nowhere' };
  const [first = '', second = '', ...more] = path.slice(BASE.length).replace(/\/$/, '').split('/');
  if (more.length > 0) return { at: 'nowhere' };
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
    case 'deliveries':
      return `${BASE}deliveries`;
    case 'administration':
      return route.section === null ? `${BASE}administration` : `${BASE}administration/${route.section}`;
    case 'nowhere':
      return BASE;
  }
}
