/** `/api/…`: one door for requests, so that no unsafe one forgets its header. */
import type { Problem } from '../protocol.ts';

export type Reply<T> = { readonly ok: true; readonly body: T } | { readonly ok: false; readonly problem: Problem };

export const UNREACHABLE: Problem = { type: 'about:blank', title: 'unreachable', status: 0, code: 'later' };

const PATIENCE_MILLISECONDS = 15_000;

export function get<T>(path: string): Promise<Reply<T>> {
  return call(path, { method: 'GET' });
}

export function send<T>(method: 'POST' | 'PUT', path: string, body: unknown, patience = PATIENCE_MILLISECONDS): Promise<Reply<T>> {
  const init = {
    method,
    headers: { 'Content-Type': 'application/json', 'X-Sotto': '1' },
    body: JSON.stringify(body),
  };
  return call(path, init, patience);
}

async function call<T>(path: string, init: RequestInit, patience = PATIENCE_MILLISECONDS): Promise<Reply<T>> {
  try {
    const answer = await fetch(path, { ...init, credentials: 'same-origin', signal: AbortSignal.timeout(patience) });
    const body = await read(answer);
    if (answer.ok) return { ok: true, body: body as T };
    return { ok: false, problem: isProblem(body) ? body : bare(answer.status) };
  } catch {
    return { ok: false, problem: UNREACHABLE };
  }
}

async function read(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'status' in body;
}

/** A proxy in between answers without a problem's shape; the status still says what to do. */
function bare(status: number): Problem {
  const codes: Record<number, Problem['code']> = {
    401: 'signed_out',
    403: 'not_allowed',
    404: 'not_found',
    409: 'wrong_state',
    413: 'too_large',
    429: 'too_many',
    503: 'later',
  };
  return { type: 'about:blank', title: `status ${status}`, status, code: codes[status] ?? 'broken' };
}
