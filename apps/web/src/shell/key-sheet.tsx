import { useEffect, useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useT } from '../language/language';
import type { MessageKey } from '../language/en';
import { IconButton } from '../ui/button';
import { CloseIcon } from '../ui/icons';
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
    <ModalOverlay isOpen={open} onOpenChange={setOpen} isDismissable className={style.overlay}>
      <Modal className={style.modal}>
        <Dialog className={style.dialog}>
          {({ close }) => (
            <>
              <header className={style.head}>
                <Heading slot="title">{t('keys.title')}</Heading>
                <IconButton label={t('action.close')} onPress={close}>
                  <CloseIcon size={16} />
                </IconButton>
              </header>
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
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
