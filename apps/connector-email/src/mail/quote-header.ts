/** Last words of the line with which mail programs introduce a quote, before its colon, by language. */
const WROTE = [
  'wrote|writes', // en
  'a écrit|écrivait', // fr
  'schrieb(?: .{1,200})?', // de
  'escribió|escribe', // es
  'ha scritto', // it
  'schreef(?: .{1,200})?', // nl
  'escreveu', // pt
  'skrev(?: .{1,200})?', // sv da no
  'napisał(?:\\(a\\)|a)?(?: .{1,200})?|pisze', // pl
  'kirjoitti(?: .{1,200})?', // fi
  'пишет|написал(?:\\(а\\)|а)?|писал(?:\\(а\\)|а)?|пише', // ru uk
  'yazdı|şunları yazdı|tarihinde .{1,200} yazdı', // tr
  'napsal(?:\\(a\\)|a)?|píše', // cs sk
  'a scris', // ro
  'írta', // hu
  '写道|寫道|寫了|写了', // zh
  'のメール|書きました|が書きました', // ja
  '님이 작성|작성|썼습니다', // ko
].join('|');
const INTRODUCTION = new RegExp(`(?:${WROTE})\\s*[:：]\\s*$`, 'iu');
/** Japanese Gmail gives date and address alone. */
const DATE_AND_ADDRESS = /^\d{4}[年/-].{3,100}[<＜][^<>\s]+@[^<>\s]+[>＞]\s*[:：]\s*$/u;

const ORIGINAL = new RegExp(
  '^[>\\s]*[-_–—]{2,}\\s*(?:' +
    [
      'original message',
      'original appointment',
      'reply message',
      "message d['’]origine",
      'message original',
      'ursprüngliche nachricht',
      'originalnachricht',
      'mensaje original',
      'messaggio originale',
      'oorspronkelijk bericht',
      'mensagem original',
      'original besked',
      'ursprungligt meddelande',
      'oryginalna wiadomość|wiadomość oryginalna',
      'původní zpráva',
      'исходное сообщение|пересылаемое сообщение',
      'orijinal mesaj',
      '原始邮件|原始郵件|元のメッセージ|원본 메시지',
    ].join('|') +
    ')\\s*[-_–—]{2,}',
  'iu',
);
const FROM =
  /^[>\s*]*(From|De|Von|Da|Van|Od|Fra|Från|Lähettäjä|От|Kimden|发件人|寄件者|差出人|보낸 사람)\s*[*]?\s?[:：]/iu;
const SENT =
  /^[>\s*]*(Sent|Date|Envoyé(?: le)?|Gesendet|Datum|Enviado(?: el| em)?|Fecha|Inviato|Data|Verzonden|Sendt|Skickat|Wysłano|Odesláno|Lähetetty|Отправлено|Gönderme|发送时间|寄件日期|日時|送信日時|보낸 날짜)\s*[*]?\s?[:：]/iu;
const OUR_MARKER = /^[>\s]*[-—–\s]*(répondez au-dessus de cette ligne|(?:please )?reply above this line)/iu;

const COLON = /[:：]/;
const DASHES = /[-_–—]{2}/;
const MARKER_WORDS = /de cette ligne|above this line/i;

/** What a line of a mail tells of the quote that may begin with it. */
export type QuoteSign = 'marker' | 'introduction' | 'original';

/**
 * The sign by which older mail begins on this line: our own marker, an introduction ("Le … a écrit :"), or the header
 * of a copied mail ("-----Original Message-----", "De : … Envoyé : …").
 *
 * @param next The two lines after it, for headers need company to be believed.
 */
export function quoteSign(line: string, next: readonly string[]): QuoteSign | undefined {
  if (line.length > 500 || line.trim() === '') return undefined;
  const hasColon = COLON.test(line);
  // all of the signs have a colon, two dashes or the words of our marker; most lines have not
  if (!hasColon && !DASHES.test(line) && !MARKER_WORDS.test(line)) return undefined;
  if (OUR_MARKER.test(line)) return 'marker';
  if (ORIGINAL.test(line)) return 'original';
  if (hasColon && FROM.test(line) && next.some((following) => SENT.test(following))) return 'original';
  if (/[:：]\s*$/.test(line) && (INTRODUCTION.test(line) || DATE_AND_ADDRESS.test(line.trim()))) return 'introduction';
  return undefined;
}
