//! Names that a client gives to what it sends.

/** A fresh client id: 144 bits from the system's generator, as 36 hex digits. */
export function clientId(): string {
  return hex([...crypto.getRandomValues(new Uint8Array(18))]);
}

/** Two digits a byte. */
export function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
