import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { useT } from '../language/language';
import { IconButton } from '../ui/button';
import { MoreIcon } from '../ui/icons';
import menu from '../ui/menu.module.css';
import { openCustomerDialog, type CustomerDialog, type DialogCustomer } from './customer-dialogs-state';

/** What an admin can do for a customer who asks for their data, or to be forgotten. */
export function CustomerMenu({ customer }: { readonly customer: DialogCustomer }) {
  const t = useT();
  return (
    <MenuTrigger>
      <IconButton label={t('customer.menu', { name: customer.displayName })}>
        <MoreIcon />
      </IconButton>
      <Popover placement="bottom end" className={menu.popover}>
        <Menu
          className={menu.menu}
          onAction={(key) => openCustomerDialog({ kind: key as CustomerDialog['kind'], customer })}
        >
          <MenuItem id="export" className={menu.item}>
            {t('customer.export')}
          </MenuItem>
          <MenuItem id="erase" className={menu.item}>
            {t('customer.erase')}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
