import { useState } from 'react';
import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components';
import { Button } from '../ui/button';
import { useShortcut } from '../shell/shortcuts';
import menu from '../ui/menu.module.css';

interface Props<Reason extends string> {
  readonly label: string;
  readonly shortcut: string;
  /** What choosing a reason does, in one line. */
  readonly explanation: string;
  readonly reasons: readonly Reason[];
  readonly nameOf: (reason: Reason) => string;
  readonly onChoose: (reason: Reason) => void;
}

/** A button that asks why, from a closed list, and then acts at once. */
export function ReasonMenu<Reason extends string>(props: Props<Reason>) {
  const { label, shortcut, explanation, reasons, nameOf, onChoose } = props;
  const [open, setOpen] = useState(false);
  useShortcut(shortcut.toLowerCase(), () => setOpen(true));
  return (
    <MenuTrigger isOpen={open} onOpenChange={setOpen}>
      <Button shortcut={shortcut}>{label}</Button>
      <Popover placement="bottom end" className={menu.popover}>
        <Menu autoFocus="first" className={menu.menu} onAction={(key) => onChoose(key as Reason)}>
          <MenuSection>
            <Header className={menu.header}>{explanation}</Header>
            {reasons.map((reason) => (
              <MenuItem key={reason} id={reason} className={menu.item} textValue={nameOf(reason)}>
                {nameOf(reason)}
              </MenuItem>
            ))}
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
