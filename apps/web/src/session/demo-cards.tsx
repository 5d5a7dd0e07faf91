import { Button } from 'react-aria-components';
import type { SessionQuery } from '../graphql/generated';
import { useT } from '../language/language';
import { ArrowIcon } from '../ui/icons';
import style from './sign-in-page.module.css';

interface Props {
  readonly logins: SessionQuery['installation']['demoLogins'];
  readonly onEnter: (agentId: string) => void;
  readonly disabled: boolean;
}

/** People of the demo: one click and one is in. */
export function DemoCards({ logins, onEnter, disabled }: Props) {
  const t = useT();
  return (
    <ul className={style.cards}>
      {logins.map(({ agentId, displayName, role }) => (
        <li key={agentId}>
          <Button className={style.card} onPress={() => onEnter(agentId)} isDisabled={disabled}>
            <span className={style.initial} aria-hidden="true">
              {displayName.slice(0, 1)}
            </span>
            <span className={style.person}>
              <strong>{t('demo.enterAs', { name: displayName.split(' ')[0] ?? displayName })}</strong>
              <span>{t(`demoRole.${role}`)}</span>
            </span>
            <ArrowIcon />
          </Button>
        </li>
      ))}
    </ul>
  );
}
