// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';

import { h, render, type Child } from './dom.ts';

beforeEach(() => document.body.replaceChildren());

const show = (...children: Child[]) => render(children, document.body);

test('what comes and goes moves no sibling, so the focus stays', () => {
  const field = <input id="name" />;
  show(<p>hint</p>, field);
  const input = document.getElementById('name');
  input?.focus();
  show(null, field);
  show([<p>again</p>, <p>and again</p>], field);
  show([], field);
  expect(document.activeElement?.id).toBe('name');
});

test('keys tell rows apart: a new one in front leaves the others as they were', () => {
  const rows = (names: string[]) => (
    <ul>
      {names.map((name) => (
        <li key={name}>{name}</li>
      ))}
    </ul>
  );
  show(rows(['b', 'c']));
  const [b, c] = document.querySelectorAll('li');
  show(rows(['a', 'b', 'c']));
  const after = [...document.querySelectorAll('li')];
  expect(after.map((row) => row.textContent)).toEqual(['a', 'b', 'c']);
  expect(after.slice(1)).toEqual([b, c]);
  show(rows(['c', 'a']));
  expect([...document.querySelectorAll('li')].map((row) => row.textContent)).toEqual(['c', 'a']);
});

test('text goes in as text', () => {
  show(<p title={'"><img src=x>'}>{'<img src=x onerror=alert(1)>'}</p>);
  expect(document.querySelector('img')).toBeNull();
  expect(document.querySelector('p')?.textContent).toBe('<img src=x onerror=alert(1)>');
});

test('an attribute or a handler that is no longer wanted goes', () => {
  let presses = 0;
  show(<button class="a" title="t" aria-expanded={true} onclick={() => (presses += 1)} />);
  const button = document.querySelector('button');
  button?.click();
  show(<button aria-expanded={false} />);
  button?.click();
  expect(presses).toBe(1);
  expect(button?.getAttributeNames()).toEqual(['aria-expanded']);
  expect(button?.getAttribute('aria-expanded')).toBe('false');
});

test('a select shows the value that it was told, also when its options come with it', () => {
  show(
    <select value="b">
      <option value="a">A</option>
      <option value="b">B</option>
    </select>,
  );
  expect(document.querySelector('select')?.value).toBe('b');
});

test('what was typed is put back to what the state says', () => {
  const view = <input value="kept" />;
  show(view);
  const input = document.querySelector('input');
  if (input) input.value = 'typed';
  show(<input value="kept" />);
  expect(input?.value).toBe('kept');
});

test('a ref is called once, when its element stands in the page', () => {
  const stood: boolean[] = [];
  const view = () => <p ref={(p) => stood.push(p.isConnected)} />;
  show(view());
  show(view());
  expect(stood).toEqual([true]);
});
