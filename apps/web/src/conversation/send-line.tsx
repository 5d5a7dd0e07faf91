import { useMutation } from 'urql';
import {
  MessageRetryDocument,
  MessageSettleDocument,
  type SendFactsFragment,
  type SettleDecision,
} from '../graphql/generated';
import { isRefusedForGood } from '../composer/refused';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { Button } from '../ui/button';
import { CheckIcon, ClockIcon, DoubleCheckIcon, FailedIcon, HelpIcon } from '../ui/icons';
import { newKey } from '../ui/key';
import { useToast } from '../ui/toasts';
import type { OpenConversation } from './open-conversation';
import { SendParts } from './send-parts';
import style from './send-line.module.css';

interface Props {
  readonly messageId: string;
  readonly send: SendFactsFragment;
  readonly channel: 'EMAIL' | 'MESSENGER' | 'X';
  readonly account: Pick<OpenConversation['account'], 'name' | 'status'>;
}

/** What became of an outbound message, in words, and what a person can do about it. */
export function SendLine({ messageId, send, channel, account }: Props) {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  const toast = useToast();
  const [{ fetching: retrying }, retry] = useMutation(MessageRetryDocument);
  const [{ fetching: settling }, settle] = useMutation(MessageSettleDocument);
  const { state, failure } = send;

  const told = (error: unknown, fault: string | undefined) => {
    if (error || fault) toast({ text: fault ?? t('fault.notDone'), tone: 'danger' });
  };
  const again = async () => {
    const { data, error } = await retry({ input: { messageId, clientMutationId: newKey() } });
    told(error, data?.messageRetry.userErrors[0]?.message);
  };
  const decide = async (decision: SettleDecision) => {
    const { data, error } = await settle({ input: { messageId, decision, clientMutationId: newKey() } });
    told(error, data?.messageSettle.userErrors[0]?.message);
  };

  if (state === 'FAILED') {
    return (
      <div className={style.trouble} role="alert">
        <p className={style.line} data-tone="danger">
          <FailedIcon size={16} />
          <strong>{t('send.FAILED')}</strong>
        </p>
        {failure && <p>{failure.message}</p>}
        <SendParts parts={send.parts} />
        {failure?.detail && (
          <details>
            <summary>{t('send.detail')}</summary>
            <p dir="auto" className={style.detail}>
              {failure.detail}
            </p>
          </details>
        )}
        {failure?.retryable !== false && !isRefusedForGood(send, channel) && (
          <Button size="small" onPress={() => void again()} isDisabled={retrying}>
            {t('action.retry')}
          </Button>
        )}
      </div>
    );
  }
  if (state === 'UNCERTAIN') {
    return (
      <div className={style.trouble} role="alert">
        <p className={style.line} data-tone="warn">
          <HelpIcon size={16} />
          <strong>{t('send.UNCERTAIN')}</strong>
        </p>
        <p>{t('send.uncertainText', { time: times.when(send.at, now) })}</p>
        <SendParts parts={send.parts} />
        <div className={style.actions}>
          <Button size="small" onPress={() => void decide('SEND_AGAIN')} isDisabled={settling}>
            {t('send.again')}
          </Button>
          <Button size="small" onPress={() => void decide('SENT')} isDisabled={settling}>
            {t('send.markSent')}
          </Button>
        </div>
      </div>
    );
  }
  const later = state === 'QUEUED' && send.sendsAt && Date.parse(send.sendsAt) - now > 15_000;
  // its next time is then only when it looks again
  const held = state === 'QUEUED' && account.status === 'RECONNECT_NEEDED';
  const gone = state === 'SENT' || state === 'DELIVERED' || state === 'READ';
  return (
    <>
      <p className={style.line} data-tone={gone ? 'ok' : undefined} title={times.full(send.at)}>
        {state === 'SENT' ? <CheckIcon size={16} /> : gone ? <DoubleCheckIcon size={16} /> : <ClockIcon size={16} />}
        {held
          ? t('send.held', { account: account.name })
          : later
            ? t('send.later', { channel: t(`channel.${channel}`), time: times.when(send.sendsAt ?? '', now) })
            : t(`send.${state}`)}
      </p>
      <SendParts parts={send.parts} />
    </>
  );
}
