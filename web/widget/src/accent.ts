//! A site's accent, made dark or light enough to be read.
//!
//! Contrast as WCAG 2.2 defines it: (L1 + 0.05) / (L2 + 0.05).

type Rgb = [number, number, number];

const CONTRAST_MIN = 4.5;
/** The grounds that `tokens.css` puts an accent on, the least friendly of each theme. */
const LIGHT_GROUND: Rgb = [0xeb, 0xef, 0xf4];
const DARK_GROUND: Rgb = [0x20, 0x29, 0x33];
/** What is written on an accent; `--on-accent`. */
const LIGHT_INK: Rgb = [255, 255, 255];
const DARK_INK: Rgb = [0x07, 0x19, 0x1a];

export interface Accent {
  light: string;
  dark: string;
}

/** The nearest mix with black (light theme) and with white (dark theme) that is readable; null if it isn't `#rrggbb`. */
export function readableAccent(hex: string): Accent | null {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return null;
  const rgb = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Rgb;
  return {
    light: mixed(rgb, [0, 0, 0], [LIGHT_GROUND, LIGHT_INK]),
    dark: mixed(rgb, [255, 255, 255], [DARK_GROUND, DARK_INK]),
  };
}

export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function mixed(from: Rgb, to: Rgb, against: Rgb[]): string {
  for (let step = 0; ; step += 1) {
    const rgb = from.map((channel, i) => Math.round(channel + ((to[i] ?? 0) - channel) * (step / 20))) as Rgb;
    if (step === 20 || against.every((other) => contrast(rgb, other) >= CONTRAST_MIN)) {
      return '#' + rgb.map((channel) => channel.toString(16).padStart(2, '0')).join('');
    }
  }
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
