/** Made by `build/lean_style.ts`. */
declare module 'virtual:style' {
  export const style: string;
}
declare module 'virtual:extra' {
  export const extra: string;
}
