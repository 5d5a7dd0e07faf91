import { useT } from '../language/language';
import { messageCount, type ReplyLimits } from './reply-limits';
import type { TextLength } from './text-length';
import style from './length-meter.module.css';

/** The meter shows itself when so much of the room is used; at once where nobody could count it by eye. */
const FROM = { UNITS: 0.8, WEIGHTED: 0 } as const;

interface Props {
  readonly text: string;
  /** Undefined while it cannot be told. */
  readonly measured: TextLength | undefined;
  readonly files: number;
  readonly limits: ReplyLimits;
}

/** How long a reply is for its platform: too long, nearly, or more than one message. */
export function LengthMeter({ text, measured, files, limits: { most, counting, part } }: Props) {
  const t = useT();
  if (!measured) return null;
  const { length: n, overFrom } = measured;
  if (most !== undefined && overFrom !== undefined) {
    return (
      <span className={style.meter} data-over="" role="status">
        {t('composer.tooLong', { n, limit: most, over: n - most })}
      </span>
    );
  }
  const messages = part === undefined ? 1 : messageCount(text, files, part);
  if (messages > 1) return <span className={style.meter}>{t('composer.parts', { n: messages })}</span>;
  const room = part ?? most;
  if (room === undefined || n <= room * FROM[counting]) return null;
  return <span className={style.meter}>{t('composer.length', { n, limit: room })}</span>;
}
