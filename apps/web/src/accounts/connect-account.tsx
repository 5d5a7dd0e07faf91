import { useState } from 'react';
import { useMutation } from 'urql';
import { AccountConnectDocument } from '../graphql/generated';
import { useT } from '../language/language';
import { Button } from '../ui/button';
import { newKey } from '../ui/key';
import form from '../ui/form.module.css';
import style from './accounts-page.module.css';

/** Channels that have a connector, each with the command that does the same on the machine itself. */
const COMMANDS = {
  EMAIL: `printf '%s' "$PASSWORD" | npm run -s evenhand -- account add email \\
  --address support@example.org \\
  --imap imaps://support%40example.org@imap.example.org:993 \\
  --smtp smtps://support%40example.org@smtp.example.org:465 \\
  --password-stdin`,
  MESSENGER: `printf '%s\\n' "$APP_SECRET" "$PAGE_TOKEN" | npm run -s evenhand -- account add messenger \\
  --page-id 108220000000001 \\
  --app-id 310000000000001 \\
  --secrets-stdin`,
  X: `printf '%s\\n' "$API_KEY" "$API_SECRET" "$ACCESS_TOKEN" "$ACCESS_SECRET" | npm run -s evenhand -- account add x \\
  --client-id S2xpZW50LUlk \\
  --secrets-stdin`,
} as const;
export type Connectable = keyof typeof COMMANDS;
export const CONNECTABLE = Object.keys(COMMANDS) as readonly Connectable[];

interface Props {
  readonly channel: Connectable;
  readonly onLater?: () => void;
}

/** Leads to the connector's own page: passwords and tokens never pass through here. */
export function ConnectAccount({ channel, onLater }: Props) {
  const t = useT();
  const [fault, setFault] = useState<string | null>(null);
  const [{ fetching }, connect] = useMutation(AccountConnectDocument);

  const go = async () => {
    const { data, error } = await connect({ input: { channel, clientMutationId: newKey() } });
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
        {t(`accounts.connect.${channel}`)}
      </Button>
      <p className={form.hint}>{t(`accounts.orCommand.${channel}`)}</p>
      <pre className={style.command}>{COMMANDS[channel]}</pre>
      <p className={form.hint}>{t('accounts.sameDataDir')}</p>
      {onLater && (
        <Button look="quiet" onPress={onLater}>
          {t('welcome.later')}
        </Button>
      )}
    </div>
  );
}
