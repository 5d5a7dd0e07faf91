import { Link } from '@tanstack/react-router';
import { useT } from '../language/language';
import { GlobeIcon, LockIcon } from '../ui/icons';
import type { OpenConversation } from './open-conversation';
import style from './thread-notices.module.css';

/** Where else the customer is, and who else answers here. */
export function ThreadNotices({ conversation }: { readonly conversation: OpenConversation }) {
  const t = useT();
  const { linked, handledElsewhere } = conversation;
  if (linked.length === 0 && !handledElsewhere) return null;
  return (
    <div className={style.notices}>
      {linked.map(({ id, reference, visibility }) => (
        <p key={id}>
          {visibility === 'PUBLIC' ? <GlobeIcon size={16} /> : <LockIcon size={16} />}
          <span>
            {t(`linked.${visibility}`)}{' '}
            <Link to="/c/$reference" params={{ reference }} search={{}}>
              {reference}
            </Link>
          </span>
        </p>
      ))}
      {handledElsewhere && <p>{t('thread.handledElsewhere', { name: nameOf(handledElsewhere, t) })}</p>}
    </div>
  );
}

/** Messenger tells no more of another program than the id of its app. */
function nameOf(program: string, t: ReturnType<typeof useT>): string {
  if (program === 'page-inbox') return t('thread.pageInbox');
  return /^\d+$/.test(program) ? t('thread.app', { id: program }) : program;
}
