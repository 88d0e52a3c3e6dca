//! A Vite plugin: the frame's scripts as short as they go, property names too.
//!
//! A name is shortened only if nobody outside the frame can know it: it stands
//! neither in TypeScript's libraries of the language and the page, nor in the
//! protocol, nor in a file of `kept`; with null, no property is. One table serves all chunks. So in the
//! frame no property of ours is reached by a computed name, save from `kept`.

import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { minify } from 'terser';
import type { Plugin } from 'vite';

const COMMENT = /\/\*[^]*?\*\/|\/\/.*/g;
/** What a library declares: a property, a method, a name in quotes. */
const DECLARED = /([\w$]+)["']?\??\s*[:(<]/g;

export function terse(kept: string[] | null): Plugin {
  return {
    name: 'sotto-terse',
    apply: 'build',
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        // A chunk reaches into another by the names of its exports.
        const exported = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.exports : []));
        const properties = kept ? { reserved: [...exported, ...(await namesKnownOutside(kept))], keep_quoted: true } : false;
        const nameCache: { vars?: object; props?: object } = {};
        for (const file of Object.keys(bundle).sort()) {
          const chunk = bundle[file];
          if (chunk?.type !== 'chunk') continue;
          delete nameCache.vars;
          const { code } = await minify(chunk.code, {
            module: true,
            ecma: 2020,
            nameCache,
            compress: { passes: 3, pure_getters: true, unsafe_arrows: true, inline: 1, lhs_constants: false, sequences: false },
            mangle: { properties },
            format: { comments: false },
          });
          chunk.code = code ?? '';
        }
      },
    },
  };
}

async function namesKnownOutside(kept: string[]): Promise<string[]> {
  const names = new Set<string>();
  const folder = dirname(createRequire(import.meta.url).resolve('typescript'));
  for (const file of (await readdir(folder)).filter((name) => name.startsWith('lib.'))) {
    const code = await codeOf(join(folder, file));
    for (const [, name] of code.matchAll(DECLARED)) if (name) names.add(name);
  }
  for (const file of kept) for (const [name] of (await codeOf(file)).matchAll(/[\w$]+/g)) names.add(name);
  return [...names];
}

async function codeOf(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(COMMENT, '');
}
