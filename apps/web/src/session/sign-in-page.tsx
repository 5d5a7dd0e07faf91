import { useSearch } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { GoTo } from '../app/go-to';
import { Input, Label, TextField } from 'react-aria-components';
import { useMutation } from 'urql';
import { DemoSignInDocument, SignInDocument } from '../graphql/generated';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { Button } from '../ui/button';
import { useApi } from './api';
import { textOf } from '../ui/text-field';
import { DemoCards } from './demo-cards';
import { OutsideFrame } from './outside-frame';
import { hadSession, useSession } from './session';
import form from '../ui/form.module.css';
import style from './sign-in-page.module.css';

/** Why one was not let in. */
type Fault =
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'throttled'; readonly until: string }
  | { readonly kind: 'offline' };

export function SignInPage() {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  const { next } = useSearch({ from: '/sign-in' });
  const { viewer, installation } = useSession();
  const { renew } = useApi();
  const [, signIn] = useMutation(SignInDocument);
  const [, demoSignIn] = useMutation(DemoSignInDocument);
  const [fault, setFault] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false);

  if (installation.needsSetUp) return <GoTo href="/welcome" />;
  if (viewer) return <GoTo href={next ?? '/queue'} />;

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = event.currentTarget;
    setBusy(true);
    const { data, error } = await signIn({
      input: { email: textOf(fields, 'email').trim(), password: textOf(fields, 'password') },
    });
    setBusy(false);
    const refused = data?.signIn.userErrors[0];
    if (error)
      setFault(
        error.networkError ? { kind: 'offline' } : { kind: 'refused', message: error.graphQLErrors[0]?.message ?? '' },
      );
    else if (refused && 'until' in refused && refused.until) setFault({ kind: 'throttled', until: refused.until });
    else if (refused) setFault({ kind: 'refused', message: refused.message });
    else renew();
  };
  const enter = async (agentId: string) => {
    setBusy(true);
    const { data, error } = await demoSignIn({ input: { agentId } });
    setBusy(false);
    const refused = data?.demoSignIn.userErrors[0];
    if (error) setFault({ kind: 'offline' });
    else if (refused) setFault({ kind: 'refused', message: refused.message });
    else renew();
  };

  const throttled = fault?.kind === 'throttled' && Date.parse(fault.until) > now;
  return (
    <OutsideFrame title={t('signIn.title')} text={t(hadSession.get() ? 'signIn.again' : 'signIn.text')}>
      {installation.demoLogins.length > 0 && (
        <>
          <DemoCards logins={installation.demoLogins} onEnter={(id) => void enter(id)} disabled={busy} />
          <p className={style.or}>{t('signIn.or')}</p>
        </>
      )}
      <form className={form.form} onSubmit={(event) => void submit(event)}>
        {fault && (
          <p className={form.fault} role="alert">
            {fault.kind === 'offline' && t('fault.unreachable')}
            {fault.kind === 'refused' && fault.message}
            {fault.kind === 'throttled' && t('signIn.throttled', { time: times.time(fault.until) })}
          </p>
        )}
        <TextField name="email" type="email" isRequired autoComplete="username" className={form.field}>
          <Label>{t('signIn.email')}</Label>
          <Input />
        </TextField>
        <TextField name="password" type="password" isRequired autoComplete="current-password" className={form.field}>
          <Label>{t('signIn.password')}</Label>
          <Input />
        </TextField>
        <Button type="submit" look="primary" isDisabled={busy || throttled}>
          {t('signIn.submit')}
        </Button>
      </form>
    </OutsideFrame>
  );
}
