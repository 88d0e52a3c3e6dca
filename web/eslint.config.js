import js from '@eslint/js';
import globals from 'globals';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

const HTML_SINKS = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'srcdoc'];

export default ts.config(
  { ignores: ['dist/', '**/node_modules/', '**/*.generated.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    rules: {
      'max-lines': ['error', 500],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
        ...HTML_SINKS.map((sink) => ({
          selector: `MemberExpression[property.name="${sink}"]`,
          message: 'Text goes in as text, never as HTML.',
        })),
      ],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  // What JSX compiles to is used, though nobody writes it.
  { files: ['**/*.tsx'], rules: { '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^h$' }] } },
  // Tools read their configuration from a default export; Vite, Svelte and eslint leave no choice.
  {
    files: ['**/*.config.{js,ts}', 'eslint.config.js'],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['**/*.test.ts', 'e2e/**', '**/build/**'], languageOptions: { globals: { ...globals.node } } },
);
