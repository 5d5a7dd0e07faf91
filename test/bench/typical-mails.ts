import { createHash } from 'node:crypto';

/** A mail of the kind that a help desk gets all day. Always the same bytes for the same number. */
export interface TypicalMail {
  readonly raw: Buffer;
  /** The bodies alone. */
  readonly text: string;
  readonly html: string | undefined;
}

const SENTENCES = [
  'Bonjour, ma commande n’est pas arrivée alors que le suivi indique « livré » depuis mardi.',
  'I ordered the blue one, but the parcel held the green one, and the invoice names neither.',
  'Pourriez-vous vérifier auprès du transporteur et me dire quand je peux l’attendre ?',
  'The app shows an error as soon as I open the page of my subscription.',
  'Je vous remercie par avance et vous souhaite une bonne journée.',
  'Could you tell me whether the warranty covers a battery that no longer charges?',
];

/** About 1.6 KB: plain text. */
export function smallMail(n: number): TypicalMail {
  const text = prose(n, 8);
  return {
    raw: Buffer.from(head(n, 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit') + text),
    text,
    html: undefined,
  };
}

/** About 20 KB: text and HTML as mail programs write them. */
export function letterMail(n: number): TypicalMail {
  const text = prose(n, 50);
  const html = `<html><head><style>p { margin: 0 }</style></head><body>${text
    .split('\r\n')
    .map(
      (line) =>
        `<p class="MsoNormal" style="margin:0cm;font-size:11.0pt;font-family:'Calibri',sans-serif"><span style="color:#1F497D">${line}<o:p></o:p></span></p>`,
    )
    .join(
      '\r\n',
    )}<table><tr><td><a href="https://shop.example/orders/${n}">Order ${n}</a></td></tr></table></body></html>`;
  const part = (type: string, body: string): string =>
    `--b${n}\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${quotedPrintable(body)}\r\n`;
  const body = `${part('text/plain', text)}${part('text/html', html)}--b${n}--\r\n`;
  return { raw: Buffer.from(head(n, `Content-Type: multipart/alternative; boundary="b${n}"`) + body), text, html };
}

function head(n: number, content: string): string {
  // every third mail answers the one before it
  const answers = n % 3 === 2 ? `In-Reply-To: <${n - 1}@mail.example>\r\nReferences: <${n - 1}@mail.example>\r\n` : '';
  const writer = n % 3 === 2 ? n - 1 : n;
  const trace = createHash('sha256').update(String(n)).digest('base64');
  return (
    `Received: from mx.example (mx.example [192.0.2.7]) by in.example with ESMTPS id ${n}; Mon, 5 Jan 2026 08:00:00 +0000\r\n` +
    `DKIM-Signature: v=1; a=rsa-sha256; d=mail.example; s=a; h=from:to:subject; bh=${trace};\r\n b=${trace.repeat(6)}\r\n` +
    `From: =?utf-8?Q?Zo=C3=A9?= Customer ${writer} <customer-${writer}@mail.example>\r\nTo: Help <help@example.test>\r\n` +
    `Subject: =?utf-8?Q?Commande_n=C2=B0_${n}?=\r\nDate: Mon, 5 Jan 2026 08:00:00 +0000\r\n` +
    `Message-ID: <${n}@mail.example>\r\n${answers}MIME-Version: 1.0\r\n${content}\r\n\r\n`
  );
}

function prose(n: number, lines: number): string {
  return Array.from({ length: lines }, (_, i) => `${SENTENCES[(n + i) % SENTENCES.length]} (${n}.${i})`).join('\r\n');
}

function quotedPrintable(text: string): string {
  const lines: string[] = [];
  for (const line of text.split('\r\n')) {
    let current = '';
    for (const byte of Buffer.from(line)) {
      const plain = byte >= 32 && byte <= 126 && byte !== 61;
      const encoded = plain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      if (current.length + encoded.length > 75) {
        lines.push(`${current}=`);
        current = '';
      }
      current += encoded;
    }
    lines.push(current);
  }
  return lines.join('\r\n');
}
