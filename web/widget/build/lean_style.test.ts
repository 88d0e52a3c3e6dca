import { expect, test } from 'vitest';

import { withDarkBlock, withoutUnread } from './lean_style.ts';

test('a pair of colours becomes a plain one and one for the dark', () => {
  const css = withDarkBlock(':root{--a: light-dark(var(--x, #fff), #000);--s: 0 1px light-dark(#0001, #0002);--n: 1px;}');
  expect(css).toBe(
    ':root{--a: var(--x, #fff);--s: 0 1px #0001;--n: 1px;}\n@media (prefers-color-scheme:dark){:root{--a: #000;--s: 0 1px #0002;}}',
  );
});

test('what nothing reads is left out, and then what only that read', () => {
  expect(withoutUnread(':root{--a:1px;--b:var(--a);--c:2px;}p{margin:var(--c);}')).toBe(':root{--c:2px;}p{margin:var(--c);}');
  expect(withoutUnread(':root{--a:1px;}', 'p{margin:var(--a)}')).toBe(':root{--a:1px;}');
});
