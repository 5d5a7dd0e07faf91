import type { OutboxItem } from '../composer/outbox-item';
import { useT } from '../language/language';
import { useTimes } from '../language/time';
import { useViewer } from '../session/session';
import { ClockIcon } from '../ui/icons';
import { AttachmentList } from './attachment-list';
import { NoteItem } from './note-item';
import { TextBody } from './text-body';
import message from './message-item.module.css';
import line from './send-line.module.css';

/** A reply or note that the api has not confirmed yet: already where it will stand. */
export function OutgoingItem({ item }: { readonly item: OutboxItem }) {
  const t = useT();
  const times = useTimes();
  const { agent } = useViewer();
  if (item.as === 'note') {
    return (
      <NoteItem
        note={{
          createdAt: item.writtenAt,
          text: item.text,
          actor: { __typename: 'Agent', id: agent.id, displayName: agent.displayName },
        }}
      />
    );
  }
  return (
    <article className={message.message} data-direction="OUTBOUND">
      <header className={message.head}>
        <bdi className={message.actor}>{agent.displayName}</bdi>
        <time className={message.time} dateTime={item.writtenAt}>
          {times.time(item.writtenAt)}
        </time>
      </header>
      <TextBody text={item.text} quoteStart={null} lang={undefined} />
      <AttachmentList attachments={item.files} />
      <p className={line.line}>
        <ClockIcon size={16} />
        {t(item.state === 'waiting' ? 'send.offline' : 'send.SENDING')}
      </p>
    </article>
  );
}
