import { useEffect, useState, type SubmitEvent } from 'react';
import { Input, Label, Text, TextField } from 'react-aria-components';
import { useClient, useMutation } from 'urql';
import { CustomerEraseDocument, CustomerErasureDocument, type ErasureFactsFragment } from '../graphql/generated';
import { useT } from '../language/language';
import { Button } from '../ui/button';
import { newKey } from '../ui/key';
import { Modal } from '../ui/modal';
import { textOf } from '../ui/text-field';
import form from '../ui/form.module.css';
import modal from '../ui/modal.module.css';
import type { DialogCustomer } from './customer-dialogs-state';

/** How often is asked what has become of it. Milliseconds. */
const POLL_MS = 1_500;

/** Erases a customer for good, once their pseudonym was typed and a reason given; then says how far it is. */
export function EraseDialog({ customer, onClose }: { customer: DialogCustomer; onClose: () => void }) {
  const t = useT();
  const [{ fetching }, erase] = useMutation(CustomerEraseDocument);
  const [fault, setFault] = useState<string>();
  const [key] = useState(newKey);
  const [started, setStarted] = useState<ErasureFactsFragment>();
  const erasure = useErasure(started);

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const [confirm, reason] = [textOf(event.currentTarget, 'confirm'), textOf(event.currentTarget, 'reason')];
    const input = { customerId: customer.id, confirm: confirm.trim(), reason, clientMutationId: key };
    const { data, error } = await erase({ input });
    setFault(error ? t('fault.notDone') : data?.customerErase.userErrors[0]?.message);
    setStarted(data?.customerErase.erasure ?? undefined);
  };

  return (
    <Modal alert title={t('erase.title', { name: customer.pseudonym })} isOpen onClose={onClose}>
      {erasure ? (
        <Progress erasure={erasure} onClose={onClose} />
      ) : (
        <form className={form.form} onSubmit={(event) => void submit(event)}>
          <p>{t('erase.text')}</p>
          {fault && (
            <p className={form.fault} role="alert">
              {fault}
            </p>
          )}
          <TextField name="confirm" className={form.field} isRequired autoComplete="off">
            <Label>{t('erase.confirm', { name: customer.pseudonym })}</Label>
            <Input />
          </TextField>
          <TextField name="reason" className={form.field} isRequired maxLength={2_000}>
            <Label>{t('erase.reason')}</Label>
            <Input />
            <Text slot="description">{t('erase.reasonHint')}</Text>
          </TextField>
          <div className={modal.actions}>
            <Button onPress={onClose}>{t('action.cancel')}</Button>
            <Button look="danger" type="submit" isDisabled={fetching}>
              {t('erase.submit')}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}

function Progress({ erasure, onClose }: { erasure: ErasureFactsFragment; onClose: () => void }) {
  const t = useT();
  const { state, messages, attachments } = erasure;
  return (
    <>
      <p role="status">
        {state === 'DONE'
          ? t('erase.DONE', { messages: messages ?? 0, files: attachments ?? 0 })
          : t(state === 'FAILED' ? 'erase.FAILED' : 'erase.RUNNING')}
      </p>
      <div className={modal.actions}>
        <Button look="primary" onPress={onClose}>
          {t('action.close')}
        </Button>
      </div>
    </>
  );
}

/** An erasure as it goes on, until it has ended. */
function useErasure(started: ErasureFactsFragment | undefined): ErasureFactsFragment | undefined {
  const client = useClient();
  const [newest, setNewest] = useState<ErasureFactsFragment>();
  const erasure = newest ?? started;
  const id = erasure && erasure.state !== 'DONE' && erasure.state !== 'FAILED' ? erasure.id : undefined;
  useEffect(() => {
    if (id === undefined) return undefined;
    const look = async () => {
      const { data } = await client
        .query(CustomerErasureDocument, { id }, { requestPolicy: 'network-only' })
        .toPromise();
      if (data?.customerErasure) setNewest(data.customerErasure);
    };
    const timer = setInterval(() => void look(), POLL_MS);
    return () => clearInterval(timer);
  }, [client, id]);
  return erasure;
}
