/** What the page of X adds to the look of the chats. */
export const POSTS_STYLE = `
.thread > .comments { margin: 0; }
.comments.flat .comments { margin-inline-start: 0; }
.who { display: flex; flex-wrap: wrap; gap: 0 8px; align-items: baseline; }
.who a { color: inherit; }
.ours { color: var(--ok); font-size: 13px; font-weight: 600; }
.comments .text, blockquote .text { white-space: pre-wrap; }
.comments li .comments { border-inline-start: 2px solid var(--line); padding-inline-start: 12px; margin: 8px 0 0 4px; }
blockquote { margin: 6px 0; padding: 6px 12px; border: 1px solid var(--line); border-radius: 8px; }
.picture { display: block; max-width: 100%; max-height: 220px; border-radius: 10px; margin: 6px 0; }
.acts-of { align-items: start; }
.acts-of details[open] { flex-basis: 100%; }
.under .acts-of button[type=submit] { font-size: 13px; }
.acts-of textarea { min-height: 72px; }
.acts-of label { font-size: 13px; color: var(--text); }
input[type=number] { width: 100%; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--muted); border-radius: 6px; padding: 8px 10px; min-height: 44px; }
.under input[type=number] { min-height: 32px; padding: 4px 8px; }
.row-form { max-width: 320px; }
`;
