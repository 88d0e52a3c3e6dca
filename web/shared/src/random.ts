//! Names that a client gives to what it sends.

/** A fresh client id: 144 bits from the system's generator, 24 of `[A-Za-z0-9_-]`. */
export function clientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
