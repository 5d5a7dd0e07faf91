import type { Original } from './original';

/** The answered mail as Thunderbird and Gmail quote it, in the writer's language: "Le … a écrit :", "On … wrote:". */
export function quote(original: Original, language: 'fr' | 'en'): { text: string; html: string } {
  const who = original.from.name ? `${original.from.name} <${original.from.address}>` : original.from.address;
  const attribution = `${language === 'fr' ? 'Le' : 'On'} ${inWords(original.date, language)}${
    language === 'fr' ? `, ${who} a écrit :` : `, ${who} wrote:`
  }`;
  const lines = original.text.replace(/\s+$/, '').split(/\r?\n/);
  return {
    text: `${attribution}\n\n${lines.map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`.trimEnd())).join('\n')}`,
    html: `<div class="gmail_quote"><div dir="ltr" class="gmail_attr">${escape(attribution)}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">${escape(lines.join('\n')).replaceAll('\n', '<br>')}</blockquote></div>`,
  };
}

function inWords(date: Date, language: 'fr' | 'en'): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  const locale = language === 'fr' ? 'fr-CA' : 'en-CA';
  const day = new Intl.DateTimeFormat(locale, options).format(date);
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false }).format(date);
  return language === 'fr' ? `${day} à ${time}` : `${day} at ${time}`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
