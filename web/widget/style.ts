/** Adopted by the shadow root: a policy without `unsafe-inline` has nothing against it. */
export const STYLE = `
:host{--a:var(--ballroom-accent,#4b3fbf);--b:var(--ballroom-background,#fff);--t:var(--ballroom-text,#1b1a17);--l:var(--ballroom-line,#d8d4cb);
--r:var(--ballroom-radius,12px);--o:var(--ballroom-on-accent,#fff);display:block;color:var(--t);font:14px/1.45 var(--ballroom-font,system-ui,sans-serif)}
@media(prefers-color-scheme:dark){:host{--a:var(--ballroom-accent,#a9a1ff);--b:var(--ballroom-background,#1a1a1d);--t:var(--ballroom-text,#f1f0ec);--l:var(--ballroom-line,#43434b);--o:var(--ballroom-on-accent,#15122e)}}
:host([hidden]){display:none}
:host([placement=corner]){position:fixed;inset:auto 16px 16px auto;z-index:var(--ballroom-z,2147483000);width:min(380px,calc(100vw - 32px))}
section{position:relative;padding:16px 18px;border:1px solid var(--l);border-radius:var(--r);background:var(--b)}
:host([placement=corner]) section{box-shadow:0 12px 40px rgb(0 0 0/.18)}
fieldset{margin:0;padding:0;border:0}
legend{padding:0 28px 0 0;font-size:15px;font-weight:600}
.levels{display:flex;gap:4px;margin-top:12px}
label.level{position:relative;flex:1;min-width:0}
label.level input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
label.level span{display:grid;place-items:center;height:38px;border:1px solid var(--l);border-radius:calc(var(--r)*.6);font-variant-numeric:tabular-nums;transition:.12s}
label.level input:hover+span{border-color:var(--a)}
label.level input:focus-visible+span{outline:2px solid var(--a);outline-offset:2px}
label.level input:checked+span{border-color:var(--a);background:var(--a);color:var(--o)}
.stars label.level span{border-color:transparent;font-size:26px;line-height:1;color:var(--l)}
.stars label.level:has(input:checked) span,.stars label.level:has(~label.level input:checked) span{background:none;color:var(--a)}
.stars .levels,.thumbs .levels{max-width:220px}
.thumbs label.level span{font-size:20px}
.ends{display:flex;justify-content:space-between;margin-top:4px;font-size:12px;opacity:.75}
.more{display:grid;gap:8px;margin-top:12px}
.more[hidden]{display:none}
textarea{box-sizing:border-box;width:100%;padding:8px 10px;border:1px solid var(--l);border-radius:calc(var(--r)*.6);background:transparent;color:inherit;font:inherit;resize:vertical}
textarea:focus-visible,button:focus-visible{outline:2px solid var(--a);outline-offset:2px}
button{font:inherit;cursor:pointer}
.send{justify-self:start;padding:7px 16px;border:0;border-radius:calc(var(--r)*.6);background:var(--a);color:var(--o);font-weight:600}
.close{position:absolute;top:8px;right:8px;width:30px;height:30px;border:0;border-radius:50%;background:none;color:inherit;font-size:18px;line-height:1;opacity:.7}
.hush{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.thanks{margin:0;font-weight:600}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}
`
