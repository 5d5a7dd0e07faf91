import type { ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { requestIdOf } from '../graphql/client';
import { useT } from '../language/language';
import { Button } from './button';
import { Mark } from './icons';
import style from './full-page.module.css';

/** A plain page with one thing to say. */
export function FullPage({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <main className={style.page}>
      <Mark size={40} />
      <h1>{title}</h1>
      <p>{text}</p>
      <div className={style.actions}>{children}</div>
    </main>
  );
}

export function FullPageError({ error, onRetry }: { readonly error: CombinedError; readonly onRetry: () => void }) {
  const t = useT();
  const id = requestIdOf(error);
  return (
    <FullPage
      title={t('fault.whole')}
      text={error.networkError ? t('fault.unreachable') : t('fault.wholeText', { id: id ?? '–' })}
    >
      <Button look="primary" onPress={onRetry}>
        {t('action.retry')}
      </Button>
    </FullPage>
  );
}
