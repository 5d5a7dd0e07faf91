import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useT } from '../language/language';
import { useShortcut } from '../shell/shortcuts';
import { Button, IconButton } from './button';
import { CloseIcon } from './icons';
import style from './toasts.module.css';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'danger';
  /** Goes by itself at this time; null: stays until it is closed. Milliseconds. */
  readonly until: number | null;
  /** Ends at its time though one points at it: what it offers ends then too. */
  readonly strict: boolean;
  readonly action?: {
    readonly label: (secondsLeft: number) => string;
    readonly act: () => void;
    readonly shortcut?: string;
  };
}

type ToastInput = Pick<Toast, 'text' | 'action'> & { readonly tone?: Toast['tone']; readonly seconds?: number };

const ToastContext = createContext<((toast: ToastInput) => void) | null>(null);
const MOST = 3;
let lastId = 0;

/** Short words at the lower edge about what has just been done. What needs a person stays until it is closed. */
export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback(({ seconds, tone = 'plain', ...toast }: ToastInput) => {
    const until = tone === 'danger' ? null : Date.now() + (seconds ?? 6) * 1_000;
    setToasts((all) => [...all, { ...toast, tone, until, strict: seconds !== undefined, id: ++lastId }].slice(-MOST));
  }, []);
  const spoken = useMemo(() => toasts.map(({ text }) => text).join(' '), [toasts]);

  return (
    <ToastContext value={show}>
      {children}
      <div className={style.region}>
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onClose={close} />
        ))}
      </div>
      <div role="status" className={style.spoken}>
        {spoken}
      </div>
    </ToastContext>
  );
}

function ToastCard({ toast, onClose }: { readonly toast: Toast; readonly onClose: (id: number) => void }) {
  const t = useT();
  const [now, setNow] = useState(Date.now);
  const [held, setHeld] = useState(false);
  const { id, until, strict, action } = toast;
  const left = until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1_000));

  useEffect(() => {
    if (until === null) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [until]);
  useEffect(() => {
    if (until !== null && now >= until && (strict || !held)) onClose(id);
  }, [until, now, strict, held, id, onClose]);

  const run = () => {
    action?.act();
    onClose(id);
  };
  useShortcut(action?.shortcut?.toLowerCase() ?? '', action?.shortcut ? run : undefined);

  return (
    <div
      className={style.toast}
      data-tone={toast.tone}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={style.text}>{toast.text}</span>
      {action && (
        <Button size="small" className={style.action} onPress={run}>
          {action.label(left)}
          {action.shortcut && <kbd aria-hidden="true">{action.shortcut}</kbd>}
        </Button>
      )}
      <IconButton label={t('action.close')} onPress={() => onClose(id)}>
        <CloseIcon size={16} />
      </IconButton>
    </div>
  );
}

export function useToast(): (toast: ToastInput) => void {
  const show = use(ToastContext);
  if (!show) throw new Error('useToast outside ToastProvider');
  return show;
}
