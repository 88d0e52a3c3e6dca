//! The pass for one conversation: in memory, and in this frame's `sessionStorage`.
//! Nothing else is ever stored.

export interface Pass {
  newest: string;
  /** Good until the newest was used once. */
  previous: string | null;
}

/** Whether this browser lets the frame store anything at all. */
export function canStore(): boolean {
  try {
    sessionStorage.setItem('sotto', '');
    sessionStorage.removeItem('sotto');
    return true;
  } catch {
    return false;
  }
}

export function readPass(site: string): Pass | null {
  try {
    return JSON.parse(sessionStorage.getItem(`sotto:${site}`) ?? 'null') as Pass | null;
  } catch {
    return null;
  }
}

export function keepPass(site: string, pass: Pass | null): void {
  try {
    if (pass === null) sessionStorage.removeItem(`sotto:${site}`);
    else sessionStorage.setItem(`sotto:${site}`, JSON.stringify(pass));
  } catch {
    // Memory holds it until the page goes; the form has said so.
  }
}
