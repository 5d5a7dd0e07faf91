import { Link } from '@tanstack/react-router';
import { useDismissal } from '../conversation/dismissal';
import type { OpenConversation } from '../conversation/open-conversation';
import type { Visibility } from '../graphql/generated';
import { useT } from '../language/language';
import { Button, ButtonLink } from '../ui/button';
import { FailedIcon } from '../ui/icons';
import { waysOut, type RefusedReply, type Way } from './refused';
import { useTakeBack } from './take-back';
import { useDraft, useWriting } from './writing';
import style from './refused-notice.module.css';

interface Props {
  readonly conversation: OpenConversation;
  readonly refused: RefusedReply;
  /** Goes on writing, for these readers. */
  readonly onWrite: (audience: Visibility) => void;
}

/** What the platform did not take: why, and each way that is left as a button that goes it. The text is in the field again. */
export function RefusedNotice({ conversation, refused, onWrite }: Props) {
  const t = useT();
  const { drafts } = useWriting();
  const { text } = useDraft(conversation.id);
  const { takeBack, taking } = useTakeBack(conversation);
  const { offer, wait, heldBy, channel } = conversation;
  const waiting = wait != null && !wait.end;
  const othersHold = heldBy != null && !offer;
  const values = { channel: t(`channel.${channel}`) };

  const write = (audience: Visibility) =>
    takeBack(() => {
      if (refused.own && drafts.get(conversation.id).text.trim() === '')
        drafts.edit(conversation.id, { text: refused.text });
      onWrite(audience);
    });
  const shown = waysOut(conversation, refused).filter(({ kind }) => !othersHold || kind === 'platform');

  return (
    <div className={style.notice} role="alert">
      <p className={style.title}>
        <FailedIcon size={16} />
        <strong>{t(refused.audience === 'PUBLIC' ? 'refused.PUBLIC' : 'refused.PRIVATE', values)}</strong>
      </p>
      <p>
        {refused.message} {refused.advice}
        {refused.own && (
          <span className={style.quiet}> {t(refused.hadFiles ? 'refused.keptWithoutFiles' : 'refused.kept')}</span>
        )}
      </p>
      {waiting && !offer && !heldBy && <p className={style.quiet}>{t('refused.waitsAgain')}</p>}
      <div className={style.ways}>
        {shown.map((way) => (
          <WayOut
            key={way.kind}
            way={way}
            conversation={conversation}
            audience={refused.audience}
            disabled={taking}
            onWrite={write}
            takeBack={takeBack}
          />
        ))}
        {refused.own && text.trim() === '' && !othersHold && (
          <Button size="small" look="quiet" onPress={() => drafts.edit(conversation.id, { text: refused.text })}>
            {t('refused.putBack')}
          </Button>
        )}
      </div>
    </div>
  );
}

interface WayProps {
  readonly way: Way;
  readonly conversation: OpenConversation;
  readonly audience: Visibility;
  readonly disabled: boolean;
  readonly onWrite: (audience: Visibility) => void;
  readonly takeBack: (then: () => void) => void;
}

function WayOut({ way, conversation, audience, disabled, onWrite, takeBack }: WayProps) {
  const t = useT();
  const { wait, channel } = conversation;
  switch (way.kind) {
    case 'private':
    case 'public':
      return (
        <Button
          size="small"
          isDisabled={disabled}
          onPress={() => onWrite(way.kind === 'private' ? 'PRIVATE' : 'PUBLIC')}
        >
          {t(`refused.way.${way.kind}`)}
        </Button>
      );
    case 'edit':
      return (
        <Button size="small" isDisabled={disabled} onPress={() => onWrite(audience)}>
          {t('refused.way.edit')}
        </Button>
      );
    case 'elsewhere':
      return (
        <Link className={style.link} to="/c/$reference" params={{ reference: way.reference }} search={{}}>
          {t('refused.way.elsewhere', { reference: way.reference })}
        </Link>
      );
    case 'platform':
      return (
        <ButtonLink size="small" href={way.href}>
          {t('platform.open', { channel: t(`channel.${channel}`) })}
        </ButtonLink>
      );
    case 'end':
      return (
        wait && <EndUnanswered conversation={conversation} waitId={wait.id} disabled={disabled} takeBack={takeBack} />
      );
  }
}

/** Ends the wait of somebody to whom nothing can be said; for whoever holds it, or takes it back for that. */
function EndUnanswered({
  conversation,
  waitId,
  disabled,
  takeBack,
}: Pick<WayProps, 'conversation' | 'disabled' | 'takeBack'> & { readonly waitId: string }) {
  const t = useT();
  const end = useDismissal(conversation, waitId);
  return (
    <Button
      size="small"
      look="quiet"
      isDisabled={disabled}
      onPress={() => takeBack(() => void end('NO_WAY_TO_ANSWER'))}
    >
      {t('refused.way.end')}
    </Button>
  );
}
