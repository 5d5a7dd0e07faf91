import type { ListName } from './list-name';
import type { ConversationRowFragment } from '../graphql/generated';
import { useDraft } from '../composer/writing';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { ChannelIcon } from '../ui/icons';
import style from './conversation-row.module.css';

/** One conversation: first how long somebody waits, then who and about what. */
export function ConversationRow({ row, list }: { readonly row: ConversationRowFragment; readonly list: ListName }) {
  const t = useT();
  const now = useNow();
  const times = useTimes();
  const local = useDraft(row.id);
  const hasDraft = local.text.trim() !== '' || local.files.length > 0 || (local.revision === 0 && row.draft?.text);
  const waiting = row.wait && !row.wait.end ? row.wait.waitingSince : undefined;

  return (
    <div className={style.row}>
      <div className={style.when}>
        {waiting ? (
          <time className={style.wait} dateTime={waiting} title={times.full(waiting)}>
            {times.wait(waiting, now)}
          </time>
        ) : (
          <time className={style.last} dateTime={row.lastMessageAt} title={times.full(row.lastMessageAt)}>
            {times.stamp(row.lastMessageAt, now)}
          </time>
        )}
      </div>
      <div className={style.what}>
        <div className={style.who}>
          <span className={style.channel}>
            <ChannelIcon channel={row.channel} size={16} />
          </span>
          <bdi className={style.name}>{row.customer?.displayName ?? row.reference}</bdi>
          <span className={style.reference}>{row.reference}</span>
        </div>
        <p className={style.preview} dir="auto">
          {row.subject && <span className={style.subject}>{row.subject}</span>}
          {row.subject && row.preview && <span aria-hidden="true"> – </span>}
          {row.preview || (!row.subject && <span className={style.reference}>{t('list.noText')}</span>)}
        </p>
        <div className={style.chips}>
          {row.trouble && (
            <span data-tone="danger">{t(row.trouble === 'UNCERTAIN' ? 'chip.uncertain' : 'chip.failed')}</span>
          )}
          {row.visibility === 'PUBLIC' && <span data-tone="public">{t('visibility.PUBLIC')}</span>}
          {hasDraft && <span data-tone="accent">{t('chip.draft')}</span>}
          {list !== 'mine' && row.heldBy && (
            <span>
              <bdi>{row.heldBy.displayName}</bdi>
            </span>
          )}
        </div>
      </div>
    </div>
  );
}

export function RowSkeleton() {
  return (
    <div className={style.skeleton} aria-hidden="true">
      {Array.from({ length: 6 }, (_, i) => (
        <div key={i} className={style.row}>
          <span className={style.bone} />
          <span className={style.bones}>
            <span className={style.bone} />
            <span className={style.bone} />
          </span>
        </div>
      ))}
    </div>
  );
}
