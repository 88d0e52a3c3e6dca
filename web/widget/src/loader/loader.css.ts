//! The loader's style. It stays inside the launcher's shadow root.

export const css = `
:host{all:initial}
button{position:fixed;inset:auto 16px 16px auto;z-index:2147483646;display:flex;align-items:center;height:56px;min-width:56px;padding:0 16px;border:0;border-radius:28px;background:var(--a);color:var(--b);font:600 16px/1.5 system-ui,sans-serif;box-shadow:0 4px 16px #0004;cursor:pointer}
button:focus-visible{outline:3px solid var(--a);outline-offset:3px}
svg{width:24px;height:24px;flex:none}
b{max-width:0;overflow:hidden;white-space:nowrap;font-weight:600;transition:max-width .12s}
button:hover b,button:focus-visible b{max-width:15em;padding-inline-start:8px}
i{position:absolute;inset:-4px -4px auto auto;min-width:22px;padding:0 4px;box-sizing:border-box;border-radius:11px;border:1px solid #fff;background:#b3261e;color:#fff;font:600 13px/20px system-ui,sans-serif;text-align:center}
[hidden]{display:none!important}
iframe{position:fixed;inset:auto 16px 16px auto;z-index:2147483647;width:380px;height:640px;max-height:calc(100dvh - 32px);border:0;border-radius:14px;box-shadow:0 8px 32px #0005;background:Canvas;color-scheme:light dark}
@media(max-width:480px),(max-height:480px){iframe{inset:0;width:100%;height:100dvh;max-height:none;border-radius:0}}
@media(prefers-reduced-motion:reduce){b{transition:none}}
@media(forced-colors:active){button,iframe{border:1px solid ButtonText}}
`;
