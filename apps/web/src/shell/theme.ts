import { useState } from 'react';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
const STORED = 'evenhand.theme';

function stored(): Theme {
  const theme = localStorage.getItem(STORED);
  return THEMES.find((each) => each === theme) ?? 'system';
}

/** Sets the colours before anything is drawn. */
export function applyTheme(theme: Theme = stored()): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(stored);
  return [
    theme,
    (next) => {
      localStorage.setItem(STORED, next);
      applyTheme(next);
      setTheme(next);
    },
  ];
}
