import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import type { MessageKey } from './en';
import type { Messages } from './messages';

export const LOCALES = ['en', 'fr'] as const;
export type Locale = (typeof LOCALES)[number];
type Values = Record<string, string | number | Date | null | undefined>;

/** `chosen`: by a person, who meets it again at the next visit. */
type SetLocale = (locale: Locale, chosen?: boolean) => void;

const STORED = 'evenhand.locale';

const LocaleContext = createContext<{ readonly locale: Locale; readonly setLocale: SetLocale }>({
  locale: 'en',
  setLocale: () => undefined,
});

/** The language chosen on this browser, else the first of its own that we speak. */
export function firstLocale(): Locale {
  const wanted = [localStorage.getItem(STORED) ?? '', ...navigator.languages].map((tag) =>
    tag.slice(0, 2).toLowerCase(),
  );
  return wanted.map((tag) => LOCALES.find((locale) => locale === tag)).find((locale) => locale !== undefined) ?? 'en';
}

/** Whether a person chose the language on this browser, rather than the browser. */
export const hasChosenLocale = (): boolean => localStorage.getItem(STORED) !== null;

export async function loadMessages(locale: Locale): Promise<Messages> {
  return locale === 'fr' ? (await import('./fr')).fr : (await import('./en')).en;
}

/** Gives the page its words; keeps the old ones on the screen until the new ones are here. */
export function LanguageProvider({ first, words, children }: { first: Locale; words: Messages; children: ReactNode }) {
  const [spoken, setSpoken] = useState({ locale: first, words });

  useEffect(() => {
    document.documentElement.lang = spoken.locale;
  }, [spoken.locale]);

  const setLocale = useCallback((locale: Locale, chosen = true) => {
    if (chosen) localStorage.setItem(STORED, locale);
    void loadMessages(locale).then((loaded) => setSpoken({ locale, words: loaded }));
  }, []);
  const context = useMemo(() => ({ locale: spoken.locale, setLocale }), [spoken.locale, setLocale]);

  return (
    <LocaleContext value={context}>
      <IntlProvider locale={regional(spoken.locale)} messages={spoken.words} defaultLocale="en">
        {children}
      </IntlProvider>
    </LocaleContext>
  );
}

/** The browser's own region for a language (fr-CA, en-GB): it decides how dates look. */
function regional(locale: Locale): string {
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${locale}-`)) ?? locale;
}

export const useLocale = () => use(LocaleContext);

/** Words by key, checked by the compiler. */
export function useT(): (key: MessageKey, values?: Values) => string {
  const intl = useIntl();
  return useCallback((key, values) => intl.formatMessage({ id: key }, values), [intl]);
}
