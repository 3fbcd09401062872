//! The style of what stands in the page, as a sheet that needs no `style-src`.
//!
//! The page may set `--countersign-accent` and `--countersign-on-accent`.

const STYLE = `\
:host{all:initial;position:fixed;z-index:2147483647;inset:auto 20px 20px auto;font:600 11px/18px system-ui;color-scheme:light dark}\
:host(.left){inset:auto auto 20px 20px}\
iframe{position:absolute;inset:auto 0 72px auto;width:min(392px,100vw - 40px);height:min(680px,100vh - 112px);border:0;border-radius:16px;box-shadow:0 4px 16px #0004;background:canvas;visibility:hidden;opacity:0}\
:host(.left) iframe{inset:auto auto 72px 0}\
:host([open]) iframe{visibility:visible;opacity:1;transition:opacity .2s}\
button{display:block;padding:14px;border:0;border-radius:50%;cursor:pointer;background:var(--countersign-accent,#3b5bdb);color:var(--countersign-on-accent,#fff);box-shadow:0 4px 16px #0004;forced-color-adjust:none}\
button:before{content:'';display:block;padding:14px;background:currentcolor;clip-path:path('M6 4h16a3 3 0 013 3v10a3 3 0 01-3 3H13l-6 5v-5H6a3 3 0 01-3-3V7a3 3 0 013-3')}\
:host([open]) button:before{clip-path:path('M4 11l3-3 7 7 7-7 3 3-10 10')}\
span{position:absolute;inset:0 0 auto auto;padding:0 6px;border-radius:9px;background:#c92a2a;color:#fff}\
p{position:absolute;clip-path:inset(50%)}\
[hidden],span:empty{display:none}\
@media(max-width:480px),(max-height:440px){:host([open]),:host([open]) iframe{inset:0;width:100%;height:100%;border-radius:0}:host([open]) button{display:none}}`

export function sheet(): CSSStyleSheet {
  const made = new CSSStyleSheet()
  made.replaceSync(STYLE)
  return made
}
