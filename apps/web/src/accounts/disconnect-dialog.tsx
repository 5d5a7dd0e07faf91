import { useState, type SubmitEvent } from 'react';
import { Input, Label, TextField } from 'react-aria-components';
import { useMutation } from 'urql';
import { AccountDisconnectDocument, type AccountFactsFragment } from '../graphql/generated';
import { useT } from '../language/language';
import { Button } from '../ui/button';
import { newKey } from '../ui/key';
import { Modal } from '../ui/modal';
import { textOf } from '../ui/text-field';
import form from '../ui/form.module.css';
import modal from '../ui/modal.module.css';

interface Props {
  readonly account: AccountFactsFragment;
  readonly onClose: () => void;
}

/** Stops an account for good, once its name was typed; says first what is erased, and when. */
export function DisconnectDialog({ account, onClose }: Props) {
  const t = useT();
  const [{ fetching }, disconnect] = useMutation(AccountDisconnectDocument);
  const [fault, setFault] = useState<string>();
  const [key, setKey] = useState(newKey);
  const { id, name, channel } = account;

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const confirm = textOf(event.currentTarget, 'confirm');
    const { data, error } = await disconnect({ input: { accountId: id, confirm, clientMutationId: key } });
    const refused = data?.accountDisconnect.userErrors[0]?.message;
    setFault(error ? t('fault.notDone') : refused);
    // what was refused is answered the same for the same key
    if (refused) setKey(newKey());
    if (!error && !refused) onClose();
  };

  return (
    <Modal alert title={t('disconnect.title', { account: name })} isOpen onClose={onClose}>
      <form className={form.form} onSubmit={(event) => void submit(event)}>
        <p>{t('disconnect.text')}</p>
        <p>{t(`disconnect.erased.${channel}`)}</p>
        {fault && (
          <p className={form.fault} role="alert">
            {fault}
          </p>
        )}
        <TextField name="confirm" className={form.field} isRequired autoComplete="off">
          <Label>{t('disconnect.confirm', { account: name })}</Label>
          <Input />
        </TextField>
        <div className={modal.actions}>
          <Button onPress={onClose}>{t('action.cancel')}</Button>
          <Button look="danger" type="submit" isDisabled={fetching}>
            {t('disconnect.submit')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
