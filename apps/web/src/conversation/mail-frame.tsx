import DOMPurify from 'dompurify';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useT } from '../language/language';
import { Button } from '../ui/button';
import { ImageIcon } from '../ui/icons';
import style from './mail-frame.module.css';

interface Props {
  readonly html: string;
  readonly attachments: readonly { readonly id: string; readonly contentId?: string | null; readonly url: string }[];
  readonly lang: string | undefined;
}

/** Tallest mail that is shown without unfolding. Pixels. */
const FOLD = 640;

/**
 * A mail as its sender drew it, in a frame that runs nothing and fetches nothing but the mail's own pictures. The server
 * has sanitised it; this is the second layer. Pictures from elsewhere tell their owner who reads and when, so they stay
 * away until somebody asks for them.
 */
export function MailFrame({ html, attachments, lang }: Props) {
  const t = useT();
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(120);
  const [remote, setRemote] = useState(false);
  const [quoted, setQuoted] = useState(false);
  const [unfolded, setUnfolded] = useState(false);
  const mail = useMemo(() => prepare(html, attachments, remote), [html, attachments, remote]);
  const page = useMemo(() => pageOf(mail.body, { remote, quoted, lang }), [mail, remote, quoted, lang]);

  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    let grown: ResizeObserver | undefined;
    const measure = () => {
      const body = element.contentDocument?.body;
      if (!body) return;
      grown?.disconnect();
      grown = new ResizeObserver(() => setHeight(Math.ceil(body.getBoundingClientRect().height)));
      grown.observe(body);
    };
    element.addEventListener('load', measure);
    return () => {
      grown?.disconnect();
      element.removeEventListener('load', measure);
    };
  }, []);

  const long = height > FOLD * 1.25;
  return (
    <div className={style.mail}>
      {mail.remoteImages > 0 && !remote && (
        <div className={style.bar}>
          <ImageIcon size={16} />
          <span>{t('mail.remote', { n: mail.remoteImages })}</span>
          <Button size="small" onPress={() => setRemote(true)}>
            {t('mail.showImages')}
          </Button>
        </div>
      )}
      <div className={style.paper} style={{ blockSize: long && !unfolded ? FOLD : height }}>
        <iframe
          ref={frame}
          title={t('mail.frame')}
          sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
          referrerPolicy="no-referrer"
          srcDoc={page}
          style={{ blockSize: height }}
        />
      </div>
      {long && (
        <Button size="small" look="quiet" onPress={() => setUnfolded(!unfolded)}>
          {t(unfolded ? 'message.fold' : 'message.unfold')}
        </Button>
      )}
      {mail.hasQuote && (
        <Button size="small" look="quiet" aria-expanded={quoted} onPress={() => setQuoted(!quoted)}>
          {t(quoted ? 'message.hideQuote' : 'message.showQuote')}
        </Button>
      )}
    </div>
  );
}

/** Addresses a mail may hold; and, because every attribute is held against it, anything that is no address. */
const ALLOWED_VALUE =
  /^(?:(?:https?|mailto|tel|cid):|data:image\/(?:png|jpe?g|gif|webp);|[^a-z]|[a-z+.-]+(?:[^a-z+.:-]|$))/i;

function prepare(html: string, attachments: Props['attachments'], remote: boolean) {
  const clean = DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    ADD_ATTR: ['target'],
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'textarea', 'select', 'svg', 'math', 'video', 'audio', 'link'],
    ALLOWED_URI_REGEXP: ALLOWED_VALUE,
  });
  let remoteImages = 0;
  for (const image of clean.querySelectorAll('img')) {
    const source = image.getAttribute('src') ?? '';
    const far = image.getAttribute('data-remote-src');
    if (source.startsWith('cid:')) {
      const file = attachments.find(({ contentId }) => contentId === source.slice(4));
      if (file) image.src = `${location.origin}${file.url}?inline=1`;
      else image.removeAttribute('src');
    } else if (far && /^https?:\/\//i.test(far)) {
      remoteImages++;
      if (remote) image.src = far.replace(/^http:/i, 'https:');
    } else if (!source.startsWith('data:')) {
      image.removeAttribute('src');
    }
  }
  for (const link of clean.querySelectorAll('a[href]')) {
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer nofollow');
  }
  // A mail that is nothing but a quotation is shown whole.
  const quotes = [...clean.querySelectorAll('[data-quote]')].filter(
    (quote) => !quote.parentElement?.closest('[data-quote]'),
  );
  const outside = quotes.reduce(
    (length, quote) => length - (quote.textContent?.length ?? 0),
    clean.textContent?.trim().length ?? 0,
  );
  const hasQuote = quotes.length > 0 && outside > 0;
  if (!hasQuote) for (const quote of quotes) quote.removeAttribute('data-quote');
  const holder = document.createElement('div');
  holder.append(clean);
  return { body: holder.innerHTML, remoteImages, hasQuote };
}

interface PageOptions {
  readonly remote: boolean;
  readonly quoted: boolean;
  readonly lang: string | undefined;
}

/** Mail is drawn for white paper, in both themes. */
function pageOf(body: string, { remote, quoted, lang }: PageOptions): string {
  const images = `${location.origin} data:${remote ? ' https:' : ''}`;
  return `<!doctype html><html lang="${/^[\w-]+$/.test(lang ?? '') ? lang : ''}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src ${images}; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer"><base target="_blank">
<style>:root{color-scheme:light}html{background:#fff}body{margin:0;padding:4px 0;overflow-wrap:anywhere;overflow-x:auto;overflow-y:hidden;
color:#1b1f24;font:15px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
img{max-width:100%;height:auto}img:not([src]){display:inline-block;min-width:16px;min-height:16px;border:1px dashed #868e97;border-radius:4px}
table{max-width:100%}a{color:#0b5fd9}pre{white-space:pre-wrap}blockquote{margin:8px 0;padding:0 0 0 12px;border-left:2px solid #e1e5ea}
${quoted ? '' : '[data-quote]{display:none}'}</style></head><body dir="auto">${body}</body></html>`;
}
