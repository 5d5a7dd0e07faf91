import { useEffect, useState } from 'react';
import { useT } from '../language/language';
import type { MessageKey } from '../language/en';
import { Modal } from '../ui/modal';
import { onOpenKeySheet } from './key-sheet-state';
import { useShortcut, useShortcutSettings } from './shortcuts';
import style from './key-sheet.module.css';

const command = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

const KEYS: readonly (readonly [string, MessageKey])[] = [
  ['N', 'keys.next'],
  ['J', 'keys.down'],
  ['K', 'keys.up'],
  ['O', 'keys.open'],
  ['Esc', 'keys.back'],
  ['R', 'keys.reply'],
  ['M', 'keys.note'],
  [`${command} ↵`, 'keys.send'],
  ['E', 'keys.noReply'],
  ['B', 'keys.giveBack'],
  ['Z', 'keys.undo'],
  ['.', 'keys.apply'],
  ['F6', 'keys.panes'],
  ['?', 'keys.sheet'],
];

export function KeySheet() {
  const t = useT();
  const [open, setOpen] = useState(false);
  const { enabled } = useShortcutSettings();
  useShortcut('?', () => setOpen(true));
  useEffect(() => onOpenKeySheet(() => setOpen(true)), []);

  return (
    <Modal title={t('keys.title')} isOpen={open} onClose={() => setOpen(false)}>
      <p className={style.hint}>{t(enabled ? 'keys.hint' : 'keys.off')}</p>
      <dl className={style.keys}>
        {KEYS.map(([key, words]) => (
          <div key={words}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
