import type { ReactNode } from 'react';
import { Dialog, Heading, Modal as AriaModal, ModalOverlay } from 'react-aria-components';
import { useT } from '../language/language';
import { IconButton } from './button';
import { CloseIcon } from './icons';
import style from './modal.module.css';

interface Props {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** Interrupts: asks before something that cannot be taken back. */
  readonly alert?: boolean;
  readonly children: ReactNode;
}

/** A sheet over the page, with its name above and a way out. */
export function Modal({ title, isOpen, onClose, alert = false, children }: Props) {
  const t = useT();
  return (
    <ModalOverlay isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable className={style.overlay}>
      <AriaModal className={style.modal}>
        <Dialog className={style.dialog} role={alert ? 'alertdialog' : 'dialog'}>
          <header className={style.head}>
            <Heading slot="title">{title}</Heading>
            <IconButton label={t('action.close')} onPress={onClose}>
              <CloseIcon size={16} />
            </IconButton>
          </header>
          {children}
        </Dialog>
      </AriaModal>
    </ModalOverlay>
  );
}
