/**
 * What the page does beyond links and forms, all of which work without it: it shows new mail as it comes, keeps what
 * one is typing, and sends a form once. Served as /sim/app.js, since the page allows no script inside.
 */
export const SCRIPT = `'use strict';
const live = document.getElementById('live');
let hide = 0;
const say = (text, stays) => {
  clearTimeout(hide);
  live.textContent = text || '';
  if (text && !stays) hide = setTimeout(() => { live.textContent = ''; }, 4000);
};

let refreshing = false, again = false;
const refresh = async () => {
  if (refreshing) { again = true; return; }
  refreshing = true;
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (response.ok) {
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      for (const part of document.querySelectorAll('[data-live]')) {
        const next = fresh.getElementById(part.id);
        if (!next || next.innerHTML === part.innerHTML) continue;
        const open = [...part.querySelectorAll('details')].map((details) => details.open);
        const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
        part.innerHTML = next.innerHTML;
        part.querySelectorAll('details').forEach((details, i) => { details.open = open[i] || false; });
        if (focused) part.querySelector('[href="' + CSS.escape(focused) + '"]')?.focus();
      }
      const reply = fresh.querySelector('input[name=reply]'), mine = document.querySelector('input[name=reply]');
      if (reply && mine) mine.value = reply.value;
    }
  } finally {
    refreshing = false;
    if (again) { again = false; refresh(); }
  }
};

const here = document.body.dataset.address;
const events = new EventSource('/sim/events');
events.addEventListener('mail', (event) => {
  const { address, folder } = JSON.parse(event.data);
  refresh();
  if (address === here && folder === 'INBOX') say(document.body.dataset.arrived);
});
let wasLost = false;
events.onerror = () => { wasLost = true; say(document.body.dataset.lost, true); };
events.onopen = () => { if (wasLost) { wasLost = false; say(''); refresh(); } };
addEventListener('pagehide', () => events.close());

document.addEventListener('submit', (event) => {
  const button = event.target.querySelector('button');
  if (!button) return;
  if (button.getAttribute('aria-disabled') === 'true') { event.preventDefault(); return; }
  button.setAttribute('aria-disabled', 'true');
  if (button.dataset.busy) button.textContent = button.dataset.busy;
});
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
`;
