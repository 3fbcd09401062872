//! The style of what stands in the page, as a sheet that needs no `style-src`.

const STYLE = `
:host{all:initial;position:fixed;z-index:2147483000;inset:auto 20px 20px auto;font:600 11px/18px system-ui,sans-serif;color-scheme:light dark}
:host(.left){inset:auto auto 20px 20px}
iframe{position:absolute;bottom:72px;right:0;width:min(392px,100vw - 40px);height:min(680px,100vh - 112px);border:0;border-radius:16px;box-shadow:0 0 0 1px #0f172a14,0 16px 48px #0f172a33;background:Canvas;color-scheme:light dark;visibility:hidden;opacity:0;transform:translateY(12px);transition:opacity .16s,transform .16s}
:host(.left) iframe{left:0;right:auto}
:host([open]) iframe{visibility:visible;opacity:1;transform:none}
button{all:unset;box-sizing:border-box;position:relative;width:56px;height:56px;border:1px solid #0000;border-radius:50%;display:grid;place-items:center;cursor:pointer;background:var(--countersign-accent,#3b5bdb);color:var(--countersign-on-accent,#fff);box-shadow:0 4px 16px #0f172a40;transition:transform .16s}
button[hidden]{display:none}
button:hover{transform:scale(1.05)}
button:focus-visible{outline:3px solid Canvas;box-shadow:0 0 0 6px var(--countersign-accent,#3b5bdb)}
svg{width:26px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
span{position:absolute;top:-2px;right:-2px;min-width:18px;padding:0 5px;box-sizing:border-box;border-radius:9px;background:#c92a2a;color:#fff;text-align:center;box-shadow:0 0 0 2px Canvas}
span:empty{display:none}
p{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media(max-width:480px),(max-height:440px){:host([open]){inset:0}:host([open]) iframe{inset:0;width:100%;height:100%;border-radius:0}:host([open]) button{display:none}}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}
@media print{:host{display:none}}`

export function sheet(): CSSStyleSheet {
  const made = new CSSStyleSheet()
  made.replaceSync(STYLE)
  return made
}
