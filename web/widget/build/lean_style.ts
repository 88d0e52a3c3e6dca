//! A Vite plugin: the frame's style as short strings: `virtual:style`, and `virtual:extra` for what is loaded later.
//!
//! Colours that come in pairs become a media query, since browsers that lack
//! `light-dark()` are still in use; properties that nothing reads are left out,
//! and the rest get one-letter names. `--accent-light` and `--accent-dark` keep
//! theirs: the script sets them.

import { readFile } from 'node:fs/promises';
import { Features, transform } from 'lightningcss';
import type { Plugin } from 'vite';

const SET_BY_SCRIPT = ['--accent-light', '--accent-dark'];
/** Safari 16.4, Chrome 111 and Firefox 114, as lightningcss writes versions. */
const TARGETS = { safari: (16 << 16) | (4 << 8), chrome: 111 << 16, firefox: 114 << 16 };

const FILES: Record<string, 'style' | 'extra'> = { 'virtual:style': 'style', 'virtual:extra': 'extra' };

export function leanStyle(files: { style: URL[]; extra: URL[] }): Plugin {
  return {
    name: 'sotto-lean-style',
    resolveId: (id) => (id in FILES ? `\0${id}` : null),
    async load(id) {
      const name = FILES[id.slice(1)];
      if (!name) return null;
      for (const file of files[name]) this.addWatchFile(file.pathname);
      const [style, extra] = await Promise.all([read(files.style), read(files.extra)]);
      const css = { style: withoutUnread(withDarkBlock(style), extra), extra };
      const short = withShortNames(css[name], css.style);
      const { code } = transform({ filename: id, code: Buffer.from(short), minify: true, targets: TARGETS, exclude: Features.LightDark });
      return `export const ${name} = ${JSON.stringify(code.toString())};`;
    },
  };
}

async function read(files: URL[]): Promise<string> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts.join('\n').replace(/\/\*[^]*?\*\//g, '');
}

/** `--x: light-dark(a, b)` becomes `--x: a`, and `--x: b` where dark is preferred. */
export function withDarkBlock(css: string): string {
  const dark: string[] = [];
  const light = css.replace(/(--[\w-]+):([^;{}]*light-dark\([^;{}]*);/g, (_, name: string, value: string) => {
    dark.push(`${name}:${picked(value, 1)};`);
    return `${name}:${picked(value, 0)};`;
  });
  return `${light}\n@media (prefers-color-scheme:dark){:root{${dark.join('')}}}`;
}

function picked(value: string, which: 0 | 1): string {
  const start = value.indexOf('light-dark(');
  if (start < 0) return value;
  const [args, end] = argumentsAt(value, start + 'light-dark('.length);
  return value.slice(0, start) + (args[which] ?? '').trim() + picked(value.slice(end), which);
}

/** The arguments of a function whose bracket opened before `at`, and where it ends. */
function argumentsAt(value: string, at: number): [string[], number] {
  const args = [''];
  for (let depth = 1; at < value.length; at += 1) {
    const letter = value.charAt(at);
    if (letter === '(') depth += 1;
    if (letter === ')' && --depth === 0) break;
    if (letter === ',' && depth === 1) args.push('');
    else args.push(args.pop() + letter);
  }
  return [args, at + 1];
}

/** `others` read too, though they are not part of it. */
export function withoutUnread(css: string, others = ''): string {
  const less = css.replace(/(--[\w-]+):[^;{}]*;/g, (declaration, name: string) => (isRead(css + others, name) ? declaration : ''));
  return less === css ? css : withoutUnread(less, others);
}

function isRead(css: string, name: string): boolean {
  return new RegExp(`var\\(\\s*${name}\\s*[,)]`).test(css);
}

/** A name is its place among the names of `all`. */
function withShortNames(css: string, all: string): string {
  const names = [...new Set(all.match(/--[a-z][\w-]*/g))].filter((name) => !SET_BY_SCRIPT.includes(name));
  return css.replace(/--[a-z][\w-]*/g, (name) => (names.includes(name) ? `--${names.indexOf(name).toString(36)}` : name));
}
