//! The loader's style. It stays inside the launcher's shadow root. The icon is a shape cut
//! from the ink, so that no image has to be allowed by the clinic's policy.

export const css = `
:host{all:initial}
button,iframe{position:fixed;inset:auto 16px 16px auto;z-index:2147483647;border:0}
button{display:flex;align-items:center;height:56px;min-width:56px;padding:0 16px;border-radius:28px;background:var(--a);color:var(--b);font:600 16px system-ui,sans-serif;box-shadow:0 4px 16px #0004;cursor:pointer}
button:focus-visible{outline:3px solid var(--a);outline-offset:3px}
button:before{content:"";width:24px;height:24px;background:currentColor;clip-path:path(evenodd,"M3 4h18v13H9.4L3 22zM4.5 5.5v13.4l4.3-3.4h10.7v-10z")}
b{max-width:0;overflow:hidden;white-space:nowrap;transition:max-width .12s}
button:hover b,button:focus-visible b{max-width:15em;padding-inline-start:8px}
i{position:absolute;inset:-4px -4px auto auto;min-width:22px;border-radius:11px;background:#b3261e;color:#fff;font:600 13px/22px system-ui,sans-serif}
[hidden]{display:none!important}
iframe{width:380px;height:640px;max-height:calc(100dvh - 32px);border-radius:14px;box-shadow:0 8px 32px #0005;background:Canvas;color-scheme:light dark}
@media(max-width:480px),(max-height:480px){iframe{inset:0;width:100%;height:100dvh;max-height:none;border-radius:0}}
@media(prefers-reduced-motion){b{transition:none}}
@media(forced-colors:active){button,iframe{border:1px solid}button:before{background:ButtonText}}
`;
