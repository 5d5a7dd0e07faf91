import type { SendFactsFragment } from '../graphql/generated';
import { useT } from '../language/language';
import style from './send-line.module.css';

/** Where a reply went out as several messages and not all of them fared alike: each with its own state. */
export function SendParts({ parts }: { readonly parts: SendFactsFragment['parts'] }) {
  const t = useT();
  if (new Set(parts.map(({ state }) => state)).size < 2) return null;
  return (
    <ol className={style.parts} aria-label={t('send.parts')}>
      {parts.map(({ part, parts: all, state, failure }) => (
        <li key={part} data-state={state}>
          {t('send.part', { n: part, of: all, state: t(`send.${state}`) })}
          {failure && `. ${failure.message}`}
        </li>
      ))}
    </ol>
  );
}
