import { Link } from '@tanstack/react-router';
import { useT } from '../language/language';
import { GlobeIcon, LockIcon } from '../ui/icons';
import type { OpenConversation } from './open-conversation';
import style from './thread-notices.module.css';

/** Where else the customer is, and who else answers here. */
export function ThreadNotices({ conversation }: { readonly conversation: OpenConversation }) {
  const t = useT();
  const { matter, handledElsewhere } = conversation;
  // said once: where they wait too says more than where it goes on
  const linked = conversation.linked.filter(({ id }) => !matter.some((other) => other.id === id));
  if (matter.length === 0 && linked.length === 0 && !handledElsewhere) return null;
  return (
    <div className={style.notices}>
      {matter.map((other) => (
        <Elsewhere key={other.id} other={other} words={t(`matter.${other.visibility}`)} after={t('matter.oneWait')} />
      ))}
      {linked.map((other) => (
        <Elsewhere key={other.id} other={other} words={t(`linked.${other.visibility}`)} />
      ))}
      {handledElsewhere && <p>{t('thread.handledElsewhere', { name: nameOf(handledElsewhere, t) })}</p>}
    </div>
  );
}

interface ElsewhereProps {
  readonly other: OpenConversation['linked'][number] | OpenConversation['matter'][number];
  readonly words: string;
  readonly after?: string;
}

/** Another conversation with this customer, and the way there. */
function Elsewhere({ other: { reference, visibility }, words, after }: ElsewhereProps) {
  return (
    <p>
      {visibility === 'PUBLIC' ? <GlobeIcon size={16} /> : <LockIcon size={16} />}
      <span>
        {words}{' '}
        <Link to="/c/$reference" params={{ reference }} search={{}}>
          {reference}
        </Link>
        {after && ` ${after}`}
      </span>
    </p>
  );
}

/** Messenger tells no more of another program than the id of its app. */
function nameOf(program: string, t: ReturnType<typeof useT>): string {
  if (program === 'page-inbox') return t('thread.pageInbox');
  return /^\d+$/.test(program) ? t('thread.app', { id: program }) : program;
}
