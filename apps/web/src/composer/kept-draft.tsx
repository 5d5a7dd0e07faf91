import { useRef } from 'react';
import type { OpenConversation } from '../conversation/open-conversation';
import { useT } from '../language/language';
import { Button } from '../ui/button';
import { useToast } from '../ui/toasts';
import { useDraft } from './writing';
import style from './window-closed.module.css';

/** What was written where the field has gone, to be read and taken along. Nothing where nothing was. */
export function KeptDraft({ conversation }: { readonly conversation: OpenConversation }) {
  const t = useT();
  const toast = useToast();
  const { text } = useDraft(conversation.id);
  const kept = useRef<HTMLParagraphElement>(null);
  if (text.trim() === '') return null;

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast({ text: t('window.copied') });
    } catch {
      // Only secure pages may write to the clipboard: then it is marked, and the person copies it.
      if (kept.current) getSelection()?.selectAllChildren(kept.current);
    }
  };

  return (
    <div>
      <p className={style.label} id="kept-draft">
        {t('window.kept')}
      </p>
      <p
        ref={kept}
        className={style.text}
        dir="auto"
        lang={conversation.language ?? undefined}
        tabIndex={0}
        role="note"
        aria-labelledby="kept-draft"
      >
        {text}
      </p>
      <Button size="small" className={style.copy} onPress={() => void copy()}>
        {t('window.copy')}
      </Button>
    </div>
  );
}
