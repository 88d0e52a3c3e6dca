//! Copies the sample clinic as it stands: the server fills in where the widget lives.

import { cp, mkdir } from 'node:fs/promises';

const [from, to] = ['../demo/', '../../dist/clinic/'].map((path) => new URL(path, import.meta.url));
await mkdir(to, { recursive: true });
await cp(from, to, { recursive: true });
