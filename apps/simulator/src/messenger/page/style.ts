/** What the chat adds to the look of the simulator's pages. */
export const CHAT_STYLE = `
.chat { list-style: none; margin: 0 0 16px; padding: 0; max-width: 760px; display: flex; flex-direction: column; gap: 8px; }
.chat li { max-width: min(80%, 520px); align-self: flex-start; }
.chat li.mine { align-self: flex-end; text-align: end; }
.bubble { display: inline-block; text-align: start; background: var(--surface); border: 1px solid var(--line);
  border-radius: 18px; padding: 8px 14px; max-width: 100%; }
.mine .bubble { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.bubble.gone { background: transparent; color: var(--muted); border-style: dashed; font-style: italic; }
.bubble .text { white-space: pre-wrap; }
.bubble img { display: block; max-width: 100%; max-height: 240px; border-radius: 10px; margin: 4px 0; }
.mine .bubble a { color: inherit; }
.under { display: flex; flex-wrap: wrap; gap: 0 10px; align-items: center; font-size: 13px; color: var(--muted); padding: 2px 6px; }
.mine .under { justify-content: flex-end; }
.under form, .row-form { display: inline; max-width: none; }
.under button, button.small { min-height: 28px; padding: 2px 8px; margin: 0; font-size: 13px; width: auto; }
.under button.emoji { border-color: transparent; background: transparent; color: var(--text);
  padding: 2px 4px; font-size: 15px; }
.under details summary { cursor: pointer; padding: 4px 0; font-weight: 400; min-height: 0; margin: 0; }
.under input[type=text] { min-height: 32px; padding: 4px 8px; }
.reaction { font-size: 15px; }
.typing { color: var(--muted); font-style: italic; }
.composer { margin-bottom: 16px; }
.composer textarea { min-height: 72px; }
.composer .row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.composer .row button { width: auto; }
.post { white-space: pre-wrap; margin: 0 0 10px; }
.comments { list-style: none; margin: 0; padding: 0; }
.comments .comments { margin-inline-start: 24px; }
.comments li { margin: 0 0 10px; }
.acts { display: flex; flex-wrap: wrap; gap: 8px; }
.acts form { margin: 0; }
.acts button { margin: 0; }
nav .pages { margin: 0 0 16px; }
`;
