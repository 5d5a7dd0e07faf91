import { useLiveState } from '../live/live-provider';
import { useT } from '../language/language';
import type { LocalDraft } from './drafts';
import style from './draft-status.module.css';

/** Where what is typed is kept right now. */
export function DraftStatus({ draft, mode }: { readonly draft: LocalDraft; readonly mode: 'reply' | 'note' }) {
  const t = useT();
  const live = useLiveState();
  if (mode === 'note') return <span className={style.status}>{draft.note ? t('draft.noteHere') : ''}</span>;
  if (draft.refused) return <span className={style.status}>{draft.refused}</span>;
  const empty = draft.text === '' && draft.files.length === 0;
  const saved = draft.saved >= draft.revision;
  const words = empty ? '' : saved ? t('draft.saved') : live.kind === 'offline' ? t('draft.here') : t('draft.saving');
  return <span className={style.status}>{words}</span>;
}
