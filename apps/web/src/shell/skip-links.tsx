import { useLocation } from '@tanstack/react-router';
import { useT } from '../language/language';
import style from './skip-links.module.css';

const TARGETS = ['list', 'thread', 'composer'] as const;

/** First in the page: past the rail, straight to where one works. */
export function SkipLinks() {
  const t = useT();
  const { pathname } = useLocation();
  const targets = pathname.startsWith('/c/')
    ? TARGETS
    : pathname === '/accounts'
      ? TARGETS.slice(0, 1)
      : TARGETS.slice(0, 2);
  return (
    <nav className={style.skip} aria-label={t('skip.label')}>
      {targets.map((target) => (
        <button key={target} type="button" onClick={() => focusInside(target)}>
          {t(`skip.${target}`)}
        </button>
      ))}
    </nav>
  );
}

function focusInside(id: string): void {
  const area = document.getElementById(id);
  area
    ?.querySelector<HTMLElement>('textarea, [role=grid], [data-pane-focus], [tabindex="0"], a[href], button')
    ?.focus();
}
