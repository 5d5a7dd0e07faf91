import { createContext, use, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

const STORED = 'evenhand.shortcuts';

interface Shortcuts {
  readonly enabled: boolean;
  readonly setEnabled: (enabled: boolean) => void;
  readonly register: (key: string, act: () => void) => () => void;
}

const ShortcutContext = createContext<Shortcuts | null>(null);

/**
 * Single keys that act. Never while one types or a dialog is open, and they can be switched off (WCAG 2.1.4). Keys are
 * letters, not positions, so they are the same on every keyboard.
 */
export function ShortcutProvider({ children }: { readonly children: ReactNode }) {
  const [enabled, setEnabled] = useState(() => localStorage.getItem(STORED) !== 'off');
  const acts = useRef(new Map<string, (() => void)[]>());

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const functionKey = /^F\d+$/.test(event.key);
      if (!functionKey && (!enabled || isTyping(event.target) || document.querySelector('[role=dialog],[role=menu]')))
        return;
      const act = acts.current.get(event.key.length === 1 ? event.key.toLowerCase() : event.key)?.at(-1);
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [enabled]);

  const value = useMemo<Shortcuts>(
    () => ({
      enabled,
      setEnabled: (on) => {
        localStorage.setItem(STORED, on ? 'on' : 'off');
        setEnabled(on);
      },
      register: (key, act) => {
        const registered = acts.current.get(key) ?? [];
        acts.current.set(key, registered);
        registered.push(act);
        return () => registered.splice(registered.indexOf(act), 1);
      },
    }),
    [enabled],
  );
  return <ShortcutContext value={value}>{children}</ShortcutContext>;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=button])'))
  );
}

export function useShortcutSettings(): Shortcuts {
  const shortcuts = use(ShortcutContext);
  if (!shortcuts) throw new Error('useShortcutSettings outside ShortcutProvider');
  return shortcuts;
}

/** Acts on a key while the component is shown; the one shown last wins. `undefined` leaves the key alone. */
export function useShortcut(key: string, act: (() => void) | undefined): void {
  const { register } = useShortcutSettings();
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  }, [act]);
  const active = act !== undefined;
  useEffect(() => (active ? register(key, () => latest.current?.()) : undefined), [register, key, active]);
}
