/**
 * What a page of posts or chats does beyond links and forms, all of which work without it: shows what happens as it happens,
 * sends without leaving the page, Enter sends. Served as a file, since the page allows no script inside.
 */
export const LIVE_SCRIPT = `'use strict';
const own = document.currentScript.src;
const live = document.getElementById('live');
let hide = 0;
const say = (text, stays) => {
  clearTimeout(hide);
  live.textContent = text || '';
  if (text && !stays) hide = setTimeout(() => { live.textContent = ''; }, 4000);
};
const atEnd = () => innerHeight + scrollY >= document.body.scrollHeight - 200;
const toEnd = () => { if (document.getElementById('chat')) scrollTo(0, document.body.scrollHeight); };

let refreshing = false, again = false;
const refresh = async () => {
  if (document.hidden) { again = true; return; }
  if (refreshing) { again = true; return; }
  refreshing = true;
  again = false;
  try {
    const follow = atEnd();
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (response.ok) {
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      for (const part of document.querySelectorAll('[data-live]')) {
        const next = fresh.getElementById(part.id);
        if (!next || next.innerHTML === part.innerHTML) continue;
        // what somebody is writing in there stays
        const field = document.activeElement;
        if (part.contains(field) && field.matches('input, textarea') && field.value !== field.defaultValue) continue;
        const open = [...part.querySelectorAll('details[open]')].map((details) => details.id);
        part.innerHTML = next.innerHTML;
        for (const id of open) { const details = document.getElementById(id); if (details) details.open = true; }
      }
      if (follow) toEnd();
    }
  } finally {
    refreshing = false;
    if (again) refresh();
  }
};
document.addEventListener('visibilitychange', () => { if (!document.hidden && again) refresh(); });

const events = new EventSource(own.replace(/app\\.js$/, 'events'));
events.addEventListener('change', refresh);
let wasLost = false;
events.onerror = () => { wasLost = true; say(document.body.dataset.lost, true); };
// what happened before it was open, the page has not heard of
events.onopen = () => { if (wasLost) { wasLost = false; say(''); } refresh(); };
addEventListener('pagehide', () => events.close());
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('[data-here]')) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = 'yes';
  try {
    const body = new FormData(form, event.submitter);
    const response = await fetch(form.action, { method: 'POST', body, headers: { accept: 'application/json' } });
    if (response.ok) {
      form.reset();
      for (const details of form.querySelectorAll('details[open]')) details.open = false;
      document.activeElement?.matches('input, textarea') || form.querySelector('textarea')?.focus();
      await refresh();
      if (form.matches('.composer')) toEnd();
    } else say((await response.json()).error);
  } catch { say(document.body.dataset.lost); } finally { delete form.dataset.busy; }
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || !event.target.matches('.composer textarea')) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
toEnd();
`;
