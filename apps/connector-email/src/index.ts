export { emailApp } from './email-app';
export { accountFromUrls, type MailboxUrls } from './account-url';
export { emailAccounts } from './email-accounts';
export { emailSettings } from './config';
