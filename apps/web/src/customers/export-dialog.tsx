import { useState, type SubmitEvent } from 'react';
import { Input, Label, TextField } from 'react-aria-components';
import { useMutation, useQuery } from 'urql';
import {
  CustomerExportDocument,
  CustomerIdentitiesDocument,
  type CustomerExportMutation,
  type CustomerIdentitiesQuery,
} from '../graphql/generated';
import { useT } from '../language/language';
import { Button } from '../ui/button';
import { ChannelIcon } from '../ui/icons';
import { newKey } from '../ui/key';
import { Modal } from '../ui/modal';
import { textOf } from '../ui/text-field';
import form from '../ui/form.module.css';
import modal from '../ui/modal.module.css';
import type { DialogCustomer } from './customer-dialogs-state';
import style from './export-dialog.module.css';

type Exported = NonNullable<CustomerExportMutation['customerExport']['customerExport']>;
type Node = CustomerIdentitiesQuery['node'];

/** Sends a customer all we hold of them. It goes to an address of theirs alone; nobody here can open it. */
export function ExportDialog({ customer, onClose }: { customer: DialogCustomer; onClose: () => void }) {
  const t = useT();
  const [{ data, error: unread }] = useQuery({ query: CustomerIdentitiesDocument, variables: { id: customer.id } });
  const [{ fetching }, send] = useMutation(CustomerExportDocument);
  const [fault, setFault] = useState<string>();
  const [key] = useState(newKey);
  const [exported, setExported] = useState<Exported>();
  const identities = identitiesOf(data?.node);

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const [deliverToIdentityId, reason] = [textOf(event.currentTarget, 'to'), textOf(event.currentTarget, 'reason')];
    const input = { customerId: customer.id, deliverToIdentityId, reason, clientMutationId: key };
    const { data: answer, error } = await send({ input });
    setFault(error ? t('fault.notDone') : answer?.customerExport.userErrors[0]?.message);
    setExported(answer?.customerExport.customerExport ?? undefined);
  };

  return (
    <Modal title={t('export.title', { name: customer.displayName })} isOpen onClose={onClose}>
      {exported ? (
        <>
          <p role="status">{t('export.started', { address: exported.deliveredTo.masked })}</p>
          <div className={modal.actions}>
            <Button look="primary" onPress={onClose}>
              {t('action.close')}
            </Button>
          </div>
        </>
      ) : (
        <form className={form.form} onSubmit={(event) => void submit(event)}>
          <p>{t('export.text')}</p>
          {(fault ?? unread) && (
            <p className={form.fault} role="alert">
              {fault ?? t('fault.notDone')}
            </p>
          )}
          <fieldset className={style.identities}>
            <legend>{t('export.to')}</legend>
            {identities.map(({ id, channel, masked }, i) => (
              <label key={id}>
                <input type="radio" name="to" value={id} defaultChecked={i === 0} required />
                <ChannelIcon channel={channel} size={16} />
                {t(`channel.${channel}`)} <bdi>{masked}</bdi>
              </label>
            ))}
          </fieldset>
          <TextField name="reason" className={form.field} isRequired maxLength={2_000}>
            <Label>{t('export.reason')}</Label>
            <Input />
          </TextField>
          <div className={modal.actions}>
            <Button onPress={onClose}>{t('action.cancel')}</Button>
            <Button look="primary" type="submit" isDisabled={fetching || identities.length === 0}>
              {t('export.submit')}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}

const identitiesOf = (node: Node | undefined) => (node?.__typename === 'Customer' ? node.identities : undefined) ?? [];
