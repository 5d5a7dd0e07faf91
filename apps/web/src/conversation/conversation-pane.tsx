import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useKeptQuery } from '../graphql/use-kept-query';
import type { ListName } from '../list/list-name';
import { Composer } from '../composer/composer';
import { useWriting } from '../composer/writing';
import { ConversationDocument } from '../graphql/generated';
import { useT } from '../language/language';
import { useNews } from '../live/live-provider';
import { useTakeNext } from '../queue/take-next';
import { useShortcut } from '../shell/shortcuts';
import { useAfterPause } from '../ui/after-pause';
import { Button } from '../ui/button';
import { QueryFault } from '../ui/pane-fault';
import { MessageLog } from './message-log';
import { PAGE, type OpenConversation } from './open-conversation';
import { ThreadHeader } from './thread-header';
import { ThreadNotices } from './thread-notices';
import style from './conversation-pane.module.css';

export function ConversationPane({ reference, list }: { readonly reference: string; readonly list: ListName }) {
  const navigate = useNavigate();
  const [{ data, error, fetching }, execute] = useKeptQuery({
    query: ConversationDocument,
    variables: { reference, last: PAGE },
    requestPolicy: 'cache-and-network',
  });
  const read = () => execute({ requestPolicy: 'network-only' });
  useNews([], read);
  const slow = useAfterPause(fetching && !data);
  const conversation = data?.conversation ?? undefined;

  const close = () => {
    void navigate({ to: `/${list}` }).then(() => focusRow(reference));
  };
  useShortcut('Escape', close);

  if (!data) {
    if (error && !fetching) return <QueryFault error={error} onRetry={read} />;
    return slow ? <ThreadSkeleton /> : null;
  }
  if (!conversation) return <Unknown reference={reference} />;
  if (!conversation.opened || !conversation.timeline) return <NotOpened conversation={conversation} />;
  return <Thread conversation={conversation} onClose={close} />;
}

function Thread({ conversation, onClose }: { readonly conversation: OpenConversation; readonly onClose: () => void }) {
  const { drafts } = useWriting();
  const { id, draft } = conversation;
  const revision = draft?.revision;
  useEffect(() => {
    drafts.receive(id, draft ?? null);
    // The same draft object comes anew with every event; its revision says whether it is another.
    // eslint-disable-next-line react/exhaustive-deps
  }, [drafts, id, revision]);

  return (
    <article className={style.thread} data-pane="">
      <div>
        <ThreadHeader conversation={conversation} onClose={onClose} />
        <ThreadNotices conversation={conversation} />
      </div>
      <MessageLog conversation={conversation} />
      <Composer conversation={conversation} />
    </article>
  );
}

/** Somebody waits in it and it was not offered to the viewer: the queue is the way. */
function NotOpened({ conversation }: { readonly conversation: OpenConversation }) {
  const t = useT();
  const { take, taking } = useTakeNext();
  const holder = conversation.heldBy?.displayName;
  return (
    <div className={style.closed}>
      <h1>{conversation.reference}</h1>
      <p>{holder ? t('thread.heldByOther', { name: holder }) : t('thread.inQueue')}</p>
      {!holder && (
        <Button look="primary" shortcut="N" onPress={take} isDisabled={taking}>
          {t('queue.next')}
        </Button>
      )}
    </div>
  );
}

function Unknown({ reference }: { readonly reference: string }) {
  const t = useT();
  return (
    <div className={style.closed}>
      <h1>{t('thread.unknown', { reference })}</h1>
      <p>{t('thread.unknownText')}</p>
    </div>
  );
}

function ThreadSkeleton() {
  return (
    <div className={style.skeleton} aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  );
}

function focusRow(reference: string): void {
  requestAnimationFrame(() => {
    const row = document.querySelector<HTMLElement>(`[role=row][data-reference="${CSS.escape(reference)}"]`);
    row?.focus();
  });
}
