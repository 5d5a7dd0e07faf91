import { useNavigate } from '@tanstack/react-router';
import {
  Button as AriaButton,
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Separator,
} from 'react-aria-components';
import { useMutation } from 'urql';
import { useWriting } from '../composer/writing';
import { SignOutDocument, ViewerUpdateDocument } from '../graphql/generated';
import { LOCALES, useLocale, useT } from '../language/language';
import { useApi } from '../session/api';
import { hadSession, useSession, useViewer } from '../session/session';
import { CheckIcon, PersonIcon } from '../ui/icons';
import { newKey } from '../ui/key';
import { openKeySheet } from './key-sheet-state';
import { useShortcutSettings } from './shortcuts';
import { THEMES, useTheme } from './theme';
import menu from '../ui/menu.module.css';
import style from './viewer-menu.module.css';

const NAMES = { en: 'English', fr: 'Français' } as const;

/** Who is signed in, and what is theirs to choose. */
export function ViewerMenu() {
  const t = useT();
  const viewer = useViewer();
  const { installation } = useSession();
  const { locale, setLocale } = useLocale();
  const [theme, setTheme] = useTheme();
  const shortcuts = useShortcutSettings();
  const { renew } = useApi();
  const { drafts } = useWriting();
  const navigate = useNavigate();
  const [, signOut] = useMutation(SignOutDocument);
  const [, update] = useMutation(ViewerUpdateDocument);

  const leave = async () => {
    const { error } = await signOut({});
    if (error) return;
    drafts.forgetStored();
    hadSession.forget();
    renew();
    void navigate({ to: '/sign-in', search: {} });
  };
  const speak = (chosen: (typeof LOCALES)[number]) => {
    setLocale(chosen);
    void update({ input: { locale: chosen, clientMutationId: newKey() } });
  };

  return (
    <MenuTrigger>
      <AriaButton className={style.trigger}>
        <PersonIcon />
        <span className={style.words}>
          <span className={style.name} dir="auto">
            {viewer.agent.displayName}
          </span>
          <span className={style.role}>{t(`role.${viewer.agent.role}`)}</span>
        </span>
      </AriaButton>
      <Popover placement="top start" className={menu.popover}>
        <Menu className={menu.menu}>
          <MenuSection selectionMode="single" selectedKeys={[locale]} disallowEmptySelection>
            <Header className={menu.header}>{t('viewer.language')}</Header>
            {LOCALES.map((each) => (
              <MenuItem key={each} id={each} className={menu.item} onAction={() => speak(each)} textValue={NAMES[each]}>
                <Tick />
                <span lang={each}>{NAMES[each]}</span>
              </MenuItem>
            ))}
          </MenuSection>
          <MenuSection selectionMode="single" selectedKeys={[theme]} disallowEmptySelection>
            <Header className={menu.header}>{t('viewer.theme')}</Header>
            {THEMES.map((each) => (
              <MenuItem
                key={each}
                id={each}
                className={menu.item}
                onAction={() => setTheme(each)}
                textValue={t(`theme.${each}`)}
              >
                <Tick />
                {t(`theme.${each}`)}
              </MenuItem>
            ))}
          </MenuSection>
          <MenuSection selectionMode="multiple" selectedKeys={shortcuts.enabled ? ['keys'] : []}>
            <Header className={menu.header}>{t('viewer.keyboard')}</Header>
            <MenuItem
              id="keys"
              className={menu.item}
              onAction={() => shortcuts.setEnabled(!shortcuts.enabled)}
              textValue={t('viewer.singleKeys')}
            >
              <Tick />
              {t('viewer.singleKeys')}
            </MenuItem>
          </MenuSection>
          <MenuItem id="sheet" className={menu.item} onAction={openKeySheet} textValue={t('viewer.keys')}>
            {t('viewer.keys')}
            <kbd>?</kbd>
          </MenuItem>
          {installation.simulatorUrl ? (
            <MenuItem
              id="simulator"
              className={menu.item}
              href={installation.simulatorUrl}
              target="_blank"
              rel="noreferrer"
              textValue={t('demo.link')}
            >
              {t('demo.link')}
            </MenuItem>
          ) : null}
          <Separator className={menu.separator} />
          <MenuItem id="out" className={menu.item} onAction={() => void leave()} textValue={t('viewer.signOut')}>
            {t('viewer.signOut')}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

function Tick() {
  return (
    <span className={menu.tick}>
      <CheckIcon size={16} />
    </span>
  );
}
