//! A site's accent, made dark or light enough to be read.
//!
//! Contrast as WCAG 2.2 defines it: (L1 + 0.05) / (L2 + 0.05).

import { hex } from '@sotto/shared/random.ts';

const CONTRAST_MIN = 4.5;
/**
 * The least friendly grounds that `tokens.css` puts an accent on: `#ebeff4` and, in
 * the dark, `#202933`. What is written on an accent is lighter than the one and darker than the
 * other, so who is readable on the ground bears the ink too.
 */
const LIGHT_GROUND = 0.857;
const DARK_GROUND = 0.0223;

export interface Accent {
  light: string;
  dark: string;
}

/** The nearest mix with black (light theme) and with white (dark theme) that is readable; null if it isn't `#rrggbb`. */
export function readableAccent(hex: string): Accent | null {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return null;
  const rgb = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return {
    light: mixed(rgb, 0, (own) => LIGHT_GROUND + 0.05 >= CONTRAST_MIN * (own + 0.05)),
    dark: mixed(rgb, 255, (own) => own + 0.05 >= CONTRAST_MIN * (DARK_GROUND + 0.05)),
  };
}

function mixed(from: number[], to: number, isReadable: (own: number) => boolean): string {
  for (let step = 0; ; step += 1) {
    const rgb = from.map((channel) => Math.round(channel + (to - channel) * (step / 20)));
    if (step < 20 && !isReadable(luminance(rgb))) continue;
    return `#${hex(rgb)}`;
  }
}

/** For the tests: what the two limits above come from. */
export function contrast(a: number[], b: number[]): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(rgb: number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
