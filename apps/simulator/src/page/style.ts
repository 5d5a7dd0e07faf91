/** The look of the simulator's page: the product's own colours and type, light and dark, from 320 px up. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --text: #1b1f24; --ground: #ffffff; --surface: #f6f8fa; --muted: #57606a; --line: #d0d7de;
  --accent: #0b5fd9; --on-accent: #ffffff; --danger: #b42318; --ok: #1a6b3c; --note: #fff4cc; --on-note: #1b1f24;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e8ecf1; --ground: #0f1216; --surface: #171b21; --muted: #a3adb8; --line: #313943;
    --accent: #6fb1ff; --on-accent: #0f1216; --danger: #ff8b7e; --ok: #6fd19a; --note: #3a3111; --on-note: #fff4cc;
  }
}
* { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--text); background: var(--ground); overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.banner { background: var(--note); color: var(--on-note); padding: 6px 16px; font-size: 14px; text-align: center; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 8px; top: 8px; background: var(--ground); padding: 8px; z-index: 1; }
.top { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; justify-content: space-between;
  padding: 10px 16px; border-bottom: 1px solid var(--line); }
.top a.brand { font-weight: 600; color: var(--text); text-decoration: none; }
.languages { display: flex; flex-wrap: wrap; gap: 4px; font-size: 14px; }
.languages a, .languages span { padding: 4px 8px; white-space: nowrap; }
.languages span { font-weight: 600; }
.frame { display: grid; grid-template-columns: 300px minmax(0, 1fr); max-width: 1200px; }
nav { border-right: 1px solid var(--line); padding: 16px 12px; }
main { padding: 16px 24px 48px; min-width: 0; }
h1 { font-size: 22px; line-height: 1.3; margin: 4px 0 12px; max-width: 760px; }
.back { margin: 0 0 8px; }
.back a, .mail footer a { display: inline-block; padding: 4px 0; }
h2 { font-size: 16px; margin: 0 0 8px; }
nav h2 { padding: 0 8px; }
.list { list-style: none; margin: 0; padding: 0; }
.list a { display: block; padding: 8px; min-height: 44px; border-radius: 6px; color: inherit; text-decoration: none; }
.list a:hover { background: var(--surface); }
.list a[aria-current] { background: var(--surface); box-shadow: inset 3px 0 0 var(--accent); }
.list .row { display: flex; gap: 8px; justify-content: space-between; align-items: baseline; }
.list .new { font-weight: 600; }
.badge { flex: none; font-size: 12px; font-weight: 600; color: var(--on-accent); background: var(--accent);
  border-radius: 10px; padding: 0 8px; }
.muted, .list small { color: var(--muted); font-size: 14px; }
.list small { display: block; }
.threads a { border: 1px solid var(--line); margin-bottom: 8px; padding: 10px 12px; }
.mail { border: 1px solid var(--line); border-radius: 8px; margin: 0 0 12px; max-width: 760px; }
.mail header { display: flex; flex-wrap: wrap; gap: 0 12px; justify-content: space-between; padding: 8px 14px;
  border-bottom: 1px solid var(--line); background: var(--surface); border-radius: 8px 8px 0 0; font-size: 14px; }
.mail.team { border-inline-start: 3px solid var(--accent); }
.mail .text { padding: 12px 14px; white-space: pre-wrap; }
.mail details { padding: 0 14px 10px; font-size: 14px; color: var(--muted); }
.mail summary { padding: 2px 0; cursor: pointer; }
.mail details .text { padding: 8px 0 0 12px; border-inline-start: 2px solid var(--line); margin-top: 6px; }
.mail footer { display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 6px 14px 10px; font-size: 14px; }
form { max-width: 760px; }
.card { border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin: 0 0 16px; max-width: 760px; }
fieldset { border: 0; margin: 0; padding: 0; }
.card summary { cursor: pointer; font-weight: 600; min-height: 24px; }
.card[open] summary { margin-bottom: 8px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 16px; }
label, .label { display: block; font-weight: 600; font-size: 14px; margin: 10px 0 4px; }
.choice { display: flex; gap: 8px; align-items: baseline; font-weight: 400; font-size: 16px; margin: 0; padding: 6px 0; }
input[type=text], select, textarea { width: 100%; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--muted); border-radius: 6px; padding: 8px 10px; min-height: 44px; }
textarea { min-height: 150px; resize: vertical; }
input[type=file] { width: 100%; font: inherit; padding: 6px 0; }
::file-selector-button { font: inherit; min-height: 36px; margin-inline-end: 10px; padding: 4px 12px; cursor: pointer;
  color: var(--accent); background: transparent; border: 1px solid var(--accent); border-radius: 6px; }
button { font: inherit; font-weight: 600; min-height: 44px; padding: 8px 18px; border-radius: 6px; cursor: pointer;
  border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); margin-top: 12px; }
button.quiet { background: transparent; color: var(--accent); }
button[aria-disabled=true] { opacity: .6; cursor: progress; }
.problem { border: 1px solid var(--danger); border-inline-start-width: 4px; border-radius: 6px; padding: 10px 14px;
  color: var(--danger); max-width: 760px; margin: 0 0 12px; }
.state { color: var(--ok); font-weight: 600; }
.state.off { color: var(--danger); }
#live { position: fixed; inset-inline: 0; bottom: 0; margin: 0; text-align: center; pointer-events: none; }
#live:not(:empty) { padding: 8px; background: var(--text); color: var(--ground); }
@media (max-width: 760px) {
  .frame { grid-template-columns: minmax(0, 1fr); }
  .frame.inside nav { display: none; }
  nav { border-right: 0; border-top: 1px solid var(--line); order: 2; }
  main { padding: 12px 16px 32px; }
  .pair { grid-template-columns: 1fr; }
  button { width: 100%; }
}
@media (prefers-reduced-motion: no-preference) { .list a { transition: background .12s; } }
`;
