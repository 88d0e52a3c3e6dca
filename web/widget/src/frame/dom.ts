//! JSX without a framework: what should stand, drawn as the smallest change to what stands.
//!
//! A view is a function that returns elements and keeps nothing between two
//! drawings: state lives in `App`. An element is told from its siblings by
//! its `key`, else by its place in the JSX, so that one which comes or goes
//! never moves another, and with it the focus.

interface Drawing {
  tag: string;
  props: Record<string, unknown>;
  children: Child[];
}
export type Child = Drawing | string | false | null | undefined | Child[];
type Kept = ChildNode & { drawing?: Drawing; kept?: Map<string, Kept> };

const SVG = ['svg', 'path'];

/** What JSX compiles to. */
export function h(tag: string, props: Drawing['props'] | null, ...children: Child[]): Child {
  return { tag, props: props ?? {}, children };
}

let created: (() => void)[] = [];

/** Makes the page show `child`; then calls the `ref` of each element that is new. */
export function render(child: Child, root: Element): void {
  draw(root as unknown as Kept, [child]);
  const refs = created;
  created = [];
  for (const call of refs) call();
}

function draw(parent: Kept, children: Child[]): void {
  const before = parent.kept ?? new Map<string, Kept>();
  const wanted = new Map<string, Drawing | string>();
  place(children, '', wanted);
  const now = (parent.kept = new Map<string, Kept>());
  for (const [key, child] of wanted) {
    const old = before.get(key);
    const isSame = old && (typeof child === 'string' ? !old.drawing : old.drawing?.tag === child.tag);
    now.set(key, isSame ? old : create(child));
    if (isSame) before.delete(key);
  }
  for (const gone of before.values()) gone.remove();
  let at = parent.firstChild;
  for (const [key, node] of now) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
    const child = wanted.get(key);
    if (typeof child === 'object') update(node as unknown as Element & Kept, child);
    else if (node.nodeValue !== child) node.nodeValue = child ?? '';
  }
}

/** Each child under its key, or under its place. */
function place(children: Child[], path: string, into: Map<string, Drawing | string>): void {
  children.forEach((child, i) => {
    if (Array.isArray(child)) place(child, `${path}${i} `, into);
    else if (child && typeof child === 'object') into.set(`${path}${child.props['key'] ?? i}`, child);
    else if (child) into.set(path + i, child);
  });
}

function create(child: Drawing | string): Kept {
  if (typeof child === 'string') return document.createTextNode(child);
  const { tag, props } = child;
  const element = SVG.includes(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  const ref = props['ref'] as ((element: Element) => void) | undefined;
  if (ref) created.push(() => ref(element));
  return element;
}

/** Children first: a `select` takes only a value that it offers. */
function update(element: Element & Kept, drawing: Drawing): void {
  draw(element, drawing.children);
  const live = element as unknown as Record<string, unknown>;
  for (const name in { ...element.drawing?.props, ...drawing.props }) {
    const value = drawing.props[name];
    if (name === 'key' || name === 'ref') continue;
    if (name.startsWith('on')) live[name] = value ?? null;
    else if (value == null) element.removeAttribute(name);
    else if (!(name in element) || element instanceof SVGElement) element.setAttribute(name, String(value));
    else if (live[name] !== value) live[name] = value;
  }
  element.drawing = drawing;
}

interface Common<E> {
  key?: string | number | undefined;
  ref?: (element: E) => void;
  class?: string;
  role?: string;
  onclick?: () => void;
  oninput?: (event: Event & { currentTarget: E }) => void;
  onchange?: (event: Event & { currentTarget: E }) => void;
  onsubmit?: (event: Event) => void;
  onkeydown?: (event: KeyboardEvent) => void;
  [aria: `aria-${string}`]: string | boolean;
}
type Own<E> = Omit<Partial<E>, keyof Common<E> | 'children'> & Common<E>;

// TypeScript looks for the types of JSX in a namespace of its factory.
// eslint-disable-next-line @typescript-eslint/no-namespace
export declare namespace h {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace JSX {
    type Element = Child;
    type ElementType = string;
    interface ElementChildrenAttribute {
      children: Child;
    }
    type IntrinsicElements = { [T in keyof HTMLElementTagNameMap]: Own<HTMLElementTagNameMap[T]> & { children?: Child } } & {
      svg: { viewBox: string; 'aria-hidden': 'true'; children?: Child };
      path: { d: string };
    };
  }
}
