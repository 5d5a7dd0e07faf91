import { useMemo, useState, type ReactNode } from 'react';
import { useT } from '../language/language';
import { Button } from '../ui/button';
import style from './text-body.module.css';

/** More lines than this are folded. */
const LINES = 20;
/** A line of the bubble holds about so many characters. */
const WIDTH = 84;

interface Props {
  readonly text: string;
  /** Where quoted older mail begins; a hint, nothing is cut. */
  readonly quoteStart: number | null;
  readonly lang: string | undefined;
}

export function TextBody({ text, quoteStart, lang }: Props) {
  const t = useT();
  const [unfolded, setUnfolded] = useState(false);
  const [quoted, setQuoted] = useState(false);
  const cut = quoteStart !== null && text.slice(0, quoteStart).trim() !== '' ? quoteStart : text.length;
  const own = text.slice(0, cut).trim();
  const quote = text.slice(cut).trim();
  const long = useMemo(() => lineCount(own) > LINES, [own]);

  return (
    <div className={style.body} lang={lang} data-emoji={isEmojiOnly(own) || undefined}>
      <div className={style.own} data-folded={(long && !unfolded) || undefined}>
        <Paragraphs text={own} />
      </div>
      {long && (
        <Button size="small" look="quiet" className={style.button} onPress={() => setUnfolded(!unfolded)}>
          {t(unfolded ? 'message.fold' : 'message.unfold')}
        </Button>
      )}
      {quote !== '' && (
        <Button
          size="small"
          look="quiet"
          className={style.button}
          aria-expanded={quoted}
          onPress={() => setQuoted(!quoted)}
        >
          {t(quoted ? 'message.hideQuote' : 'message.showQuote')}
        </Button>
      )}
      {quoted && (
        <div className={style.quote}>
          <Paragraphs text={quote} />
        </div>
      )}
    </div>
  );
}

/** Each paragraph finds its own direction, so that Arabic beside English both read well. */
function Paragraphs({ text }: { readonly text: string }) {
  return text.split(/\n{2,}/).map((paragraph, i) => (
    <p key={i} dir="auto">
      {linked(paragraph)}
    </p>
  ));
}

function linked(text: string): ReactNode[] {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])/g).map((part, i) =>
    i % 2 === 0 ? (
      part
    ) : (
      <a key={i} href={part} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
        {part}
      </a>
    ),
  );
}

function lineCount(text: string): number {
  return text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / WIDTH)), 0);
}

function isEmojiOnly(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= 40 &&
    /^(\p{Extended_Pictographic}|\p{Emoji_Component}|\s)+$/u.test(text) &&
    /\p{Extended_Pictographic}/u.test(text)
  );
}
