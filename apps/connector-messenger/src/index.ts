export { messengerApp } from './messenger-app';
export { messengerAccounts, type MessengerAccounts } from './messenger-accounts';
export { messengerSettings, PAGE_INBOX_APP_IDS } from './config';
export { addressesIn, readDelivery } from './read';
