import type { NoteFactsFragment } from '../graphql/generated';
import { useT } from '../language/language';
import { useTimes } from '../language/time';
import { NoteIcon } from '../ui/icons';
import { TextBody } from './text-body';
import style from './note-item.module.css';

export function NoteItem({ note }: { readonly note: Pick<NoteFactsFragment, 'createdAt' | 'text' | 'actor'> }) {
  const t = useT();
  const times = useTimes();
  return (
    <article className={style.note}>
      <header className={style.head}>
        <NoteIcon size={16} />
        <bdi className={style.actor}>{note.actor.displayName}</bdi>
        <span>{t('note.onlyTeam')}</span>
        <time dateTime={note.createdAt} title={times.full(note.createdAt)}>
          {times.time(note.createdAt)}
        </time>
      </header>
      <TextBody text={note.text} quoteStart={null} lang={undefined} />
    </article>
  );
}
