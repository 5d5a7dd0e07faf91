import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { LOCALES, useLocale, useT } from '../language/language';
import { Mark } from '../ui/icons';
import style from './outside-frame.module.css';

const NAMES = { en: 'English', fr: 'Français' } as const;

/** The frame of the pages before one is signed in. */
export function OutsideFrame({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  const t = useT();
  const { locale, setLocale } = useLocale();
  return (
    <div className={style.page}>
      <main className={style.main}>
        <div className={style.brand}>
          <Mark size={36} />
          <strong>Evenhand</strong>
        </div>
        <h1>{title}</h1>
        <p className={style.text}>{text}</p>
        {children}
      </main>
      <footer className={style.foot}>
        <div role="group" aria-label={t('viewer.language')} className={style.languages}>
          {LOCALES.map((each) => (
            <Button key={each} lang={each} aria-pressed={each === locale} onPress={() => setLocale(each)}>
              {NAMES[each]}
            </Button>
          ))}
        </div>
      </footer>
    </div>
  );
}
