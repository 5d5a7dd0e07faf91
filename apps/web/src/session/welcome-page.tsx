import { useNavigate } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { GoTo } from '../app/go-to';
import { Input, Label, Text, TextField } from 'react-aria-components';
import { useMutation } from 'urql';
import { WorkspaceSetUpDocument } from '../graphql/generated';
import { ConnectAccount } from '../accounts/connect-account';
import { useLocale, useT } from '../language/language';
import { Button } from '../ui/button';
import { newKey } from '../ui/key';
import { textOf } from '../ui/text-field';
import { useApi } from './api';
import { OutsideFrame } from './outside-frame';
import { useSession } from './session';
import form from '../ui/form.module.css';

/** The first visit to an empty installation: the first admin, then the first mailbox. */
export function WelcomePage() {
  const t = useT();
  const { viewer, installation } = useSession();
  const { renew } = useApi();
  const { locale } = useLocale();
  const navigate = useNavigate();
  const [, setUp] = useMutation(WorkspaceSetUpDocument);
  const [faults, setFaults] = useState<
    readonly { readonly field?: readonly string[] | null; readonly message: string }[]
  >([]);
  const [busy, setBusy] = useState(false);

  if (viewer) {
    return (
      <OutsideFrame title={t('welcome.mailboxTitle')} text={t('welcome.mailboxText')}>
        <ConnectAccount channel="EMAIL" onLater={() => void navigate({ to: '/queue' })} />
      </OutsideFrame>
    );
  }
  if (!installation.needsSetUp) return <GoTo href="/sign-in" />;

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = event.currentTarget;
    const value = (name: string) => textOf(fields, name).trim();
    setBusy(true);
    const { data, error } = await setUp({
      input: {
        workspaceName: value('workspaceName'),
        displayName: value('displayName'),
        email: value('email'),
        password: textOf(fields, 'password'),
        locale,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        clientMutationId: newKey(),
      },
    });
    setBusy(false);
    if (error)
      setFaults([{ message: error.networkError ? t('fault.unreachable') : (error.graphQLErrors[0]?.message ?? '') }]);
    else if (data?.workspaceSetUp.viewer) renew();
    else setFaults(data?.workspaceSetUp.userErrors ?? []);
  };

  return (
    <OutsideFrame title={t('welcome.title')} text={t('welcome.text')}>
      <form className={form.form} onSubmit={(event) => void submit(event)}>
        {faults.map(({ message }) => (
          <p key={message} className={form.fault} role="alert">
            {message}
          </p>
        ))}
        <TextField name="workspaceName" isRequired className={form.field}>
          <Label>{t('welcome.workspace')}</Label>
          <Input placeholder={t('welcome.workspaceHint')} />
        </TextField>
        <TextField name="displayName" isRequired autoComplete="name" className={form.field}>
          <Label>{t('welcome.name')}</Label>
          <Input />
        </TextField>
        <TextField name="email" type="email" isRequired autoComplete="username" className={form.field}>
          <Label>{t('signIn.email')}</Label>
          <Input />
        </TextField>
        <TextField
          name="password"
          type="password"
          isRequired
          minLength={10}
          autoComplete="new-password"
          className={form.field}
        >
          <Label>{t('signIn.password')}</Label>
          <Input />
          <Text slot="description">{t('welcome.passwordHint')}</Text>
        </TextField>
        <Button type="submit" look="primary" isDisabled={busy}>
          {t('welcome.submit')}
        </Button>
      </form>
    </OutsideFrame>
  );
}
