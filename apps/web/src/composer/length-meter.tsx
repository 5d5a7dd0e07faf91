import { useT } from '../language/language';
import { messageCount, type ReplyLimits } from './reply-limits';
import style from './length-meter.module.css';

/** The meter shows itself when so much of the room is used. */
const FROM = 0.8;

interface Props {
  readonly text: string;
  readonly files: number;
  readonly limits: ReplyLimits;
}

/** How long a reply is for its platform: too long, nearly, or more than one message. */
export function LengthMeter({ text, files, limits: { most, part } }: Props) {
  const t = useT();
  const values = { n: text.length, limit: most ?? 0, over: text.length - (most ?? 0) };
  if (most !== undefined && text.length > most) {
    return (
      <span className={style.meter} data-over="" role="status">
        {t('composer.tooLong', values)}
      </span>
    );
  }
  const messages = part === undefined ? 1 : messageCount(text, files, part);
  if (messages > 1) return <span className={style.meter}>{t('composer.parts', { n: messages })}</span>;
  const room = part ?? most;
  if (room === undefined || text.length <= room * FROM) return null;
  return <span className={style.meter}>{t('composer.length', { ...values, limit: room })}</span>;
}
