import type { ConversationFacts, CustomerFacts, HeldFile } from './customer-facts';
import { escapeHtml } from './html';

const WORDS = {
  en: {
    title: 'What we hold about you',
    addresses: 'Addresses and ids',
    you: 'You',
    we: 'We',
    note: 'Note among us',
    sealed: 'What platforms told us of how well known you are. Nobody who answers can see it.',
    all: 'Everything, for machines, is in data.json.',
    none: 'Nothing.',
  },
  fr: {
    title: 'Ce que nous détenons sur vous',
    addresses: 'Adresses et identifiants',
    you: 'Vous',
    we: 'Nous',
    note: 'Note interne',
    sealed: 'Ce que les plateformes nous ont dit de votre notoriété. Aucune personne qui répond ne peut le voir.',
    all: 'Tout, pour les machines, se trouve dans data.json.',
    none: 'Rien.',
  },
} as const;
type Words = (typeof WORDS)[keyof typeof WORDS];

const STYLE = `body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:#1b1f24}
h2{margin-top:2rem}article{border-left:3px solid #8c959f;padding-left:1rem;margin:1rem 0}p{white-space:pre-wrap;overflow-wrap:anywhere}small{color:#57606a}pre{white-space:pre-wrap}`;

/** The page of an archive that a person reads: no script, nothing loaded from anywhere. */
export function readablePage(facts: CustomerFacts, pathOf: (file: HeldFile) => string): string {
  const language = facts.customer?.language?.startsWith('fr') ? 'fr' : 'en';
  const words = WORDS[language];
  const addresses = facts.addresses.map(
    ({ channel, value, name }) =>
      `<li>${escapeHtml(channel)}: ${escapeHtml(value)}${name ? ` (${escapeHtml(name)})` : ''}</li>`,
  );
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${words.title}</title><style>${STYLE}</style></head><body>
<h1>${words.title}</h1><p>${words.all}</p>
<h2>${words.addresses}</h2><ul>${addresses.join('')}</ul>
${facts.conversations.map((conversation) => conversationHtml(conversation, words, pathOf)).join('\n')}
<h2>${words.sealed}</h2><pre>${facts.sealed.length === 0 ? words.none : escapeHtml(JSON.stringify(facts.sealed, null, 2))}</pre>
</body></html>
`;
}

function conversationHtml(
  { number, channel, with: ours, subject, messages = [] }: ConversationFacts,
  words: Words,
  pathOf: (file: HeldFile) => string,
): string {
  const shown = messages.map(({ direction, at, text, files = [] }) => {
    const who = direction === 'inbound' ? words.you : direction === 'note' ? words.note : words.we;
    const links = files.map((file) => `<a href="${escapeHtml(encodeURI(pathOf(file)))}">${escapeHtml(file.name)}</a>`);
    return `<article><small>${who}, ${escapeHtml(at)}</small><p>${escapeHtml(text)}</p>${links.join(' ')}</article>`;
  });
  return `<section><h2>C-${number}${subject ? `: ${escapeHtml(subject)}` : ''}</h2><small>${escapeHtml(channel)}, ${escapeHtml(ours)}</small>${shown.join('')}</section>`;
}
