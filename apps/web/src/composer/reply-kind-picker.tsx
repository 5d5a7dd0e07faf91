import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import type { ReplyKind } from '../graphql/generated';
import { useT } from '../language/language';
import { CheckIcon, ChevronIcon } from '../ui/icons';
import menu from '../ui/menu.module.css';
import style from './reply-kind-picker.module.css';

const KINDS: readonly ReplyKind[] = ['ANSWER', 'QUESTION', 'HOLDING'];

interface Props {
  readonly value: ReplyKind;
  readonly onChange: (kind: ReplyKind) => void;
}

/** What the reply is, and so what it does to the wait. */
export function ReplyKindPicker({ value, onChange }: Props) {
  const t = useT();
  return (
    <MenuTrigger>
      <AriaButton
        className={style.trigger}
        aria-label={t('replyKind.label', { kind: t(`replyKind.${value}`), effect: t(`replyKind.${value}.effect`) })}
      >
        <strong>{t(`replyKind.${value}`)}</strong>{' '}
        <span className={style.effect}>{t(`replyKind.${value}.effect`)}</span>
        <ChevronIcon size={16} />
      </AriaButton>
      <Popover placement="top end" className={menu.popover}>
        <Menu
          className={menu.menu}
          aria-label={t('replyKind.choose')}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[value]}
          onSelectionChange={(keys) => {
            const [key] = keys;
            if (key) onChange(key as ReplyKind);
          }}
        >
          {KINDS.map((kind) => (
            <MenuItem key={kind} id={kind} className={menu.item} textValue={t(`replyKind.${kind}`)}>
              <span className={menu.tick}>
                <CheckIcon size={16} />
              </span>
              <span className={menu.words}>
                <span>{t(`replyKind.${kind}`)}</span>
                <span>{t(`replyKind.${kind}.effect`)}</span>
              </span>
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
