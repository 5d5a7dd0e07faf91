import { useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { useMutation } from 'urql';
import { MessageModerateDocument, type MessageFactsFragment, type ModerationAction } from '../graphql/generated';
import { useT } from '../language/language';
import { Button, IconButton } from '../ui/button';
import { MoreIcon } from '../ui/icons';
import { newKey } from '../ui/key';
import { Modal } from '../ui/modal';
import { useToast } from '../ui/toasts';
import menu from '../ui/menu.module.css';
import modal from '../ui/modal.module.css';
import style from './moderation-menu.module.css';

type Props = { readonly message: Pick<MessageFactsFragment, 'id' | 'hidden' | 'moderation'> };

/** Hides, shows or deletes what a customer wrote in public. The wait goes on in every case. */
export function ModerationMenu({ message }: Props) {
  const t = useT();
  const toast = useToast();
  const [deleting, setDeleting] = useState(false);
  const [{ fetching }, moderate] = useMutation(MessageModerateDocument);
  const busy = fetching || message.moderation?.state === 'ASKED';

  const ask = async (action: ModerationAction) => {
    const { data, error } = await moderate({ input: { messageId: message.id, action, clientMutationId: newKey() } });
    const fault = error ? t('fault.notDone') : data?.messageModerate.userErrors[0]?.message;
    if (fault) toast({ text: fault, tone: 'danger' });
  };
  const choose = (action: ModerationAction) => (action === 'DELETE' ? setDeleting(true) : void ask(action));

  return (
    <span className={style.menu}>
      <MenuTrigger>
        <IconButton label={t('moderation.menu')} isDisabled={busy}>
          <MoreIcon size={16} />
        </IconButton>
        <Popover placement="bottom end" className={menu.popover}>
          <Menu className={menu.menu} onAction={(key) => choose(key as ModerationAction)}>
            {([message.hidden ? 'SHOW' : 'HIDE', 'DELETE'] as const).map((action) => (
              <MenuItem key={action} id={action} className={menu.item} textValue={t(`moderation.${action}`)}>
                <span className={menu.words}>
                  <span>{t(`moderation.${action}`)}</span>
                  <span>{t(`moderation.${action}.effect`)}</span>
                </span>
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
      <Modal alert title={t('moderation.deleteTitle')} isOpen={deleting} onClose={() => setDeleting(false)}>
        <p>{t('moderation.deleteText')}</p>
        <div className={modal.actions}>
          <Button onPress={() => setDeleting(false)}>{t('action.cancel')}</Button>
          <Button
            look="danger"
            onPress={() => {
              setDeleting(false);
              void ask('DELETE');
            }}
          >
            {t('moderation.delete')}
          </Button>
        </div>
      </Modal>
    </span>
  );
}
