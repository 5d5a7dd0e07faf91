import { useState } from 'react';
import { useMutation } from 'urql';
import { AccountConnectDocument } from '../graphql/generated';
import { useT } from '../language/language';
import { Button } from '../ui/button';
import { newKey } from '../ui/key';
import form from '../ui/form.module.css';
import style from './accounts-page.module.css';

const COMMAND = `printf '%s' "$PASSWORD" | npm run -s evenhand -- account add email \\
  --address support@example.org \\
  --imap imaps://support%40example.org@imap.example.org:993 \\
  --smtp smtps://support%40example.org@smtp.example.org:465 \\
  --password-stdin`;

/** Leads to the connector's own page: the mailbox's password never passes through here. */
export function ConnectMailbox({ onLater }: { readonly onLater?: () => void }) {
  const t = useT();
  const [fault, setFault] = useState<string | null>(null);
  const [{ fetching }, connect] = useMutation(AccountConnectDocument);

  const go = async () => {
    const { data, error } = await connect({ input: { channel: 'EMAIL', clientMutationId: newKey() } });
    const url = data?.accountConnect.connectUrl;
    if (url) location.assign(url);
    else
      setFault(
        data?.accountConnect.userErrors[0]?.message ?? error?.graphQLErrors[0]?.message ?? t('fault.unreachable'),
      );
  };

  return (
    <div className={form.form}>
      {fault && (
        <p className={form.fault} role="alert">
          {fault}
        </p>
      )}
      <Button look="primary" onPress={() => void go()} isDisabled={fetching}>
        {t('accounts.connectMailbox')}
      </Button>
      <p className={form.hint}>{t('accounts.orCommand')}</p>
      <pre className={style.command}>{COMMAND}</pre>
      <p className={form.hint}>{t('accounts.sameDataDir')}</p>
      {onLater && (
        <Button look="quiet" onPress={onLater}>
          {t('welcome.later')}
        </Button>
      )}
    </div>
  );
}
