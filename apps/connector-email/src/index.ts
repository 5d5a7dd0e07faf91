export { emailApp } from './email-app';
export { accountFromUrls, type MailboxUrls } from './account-url';
export { emailAccounts } from './email-accounts';
export { emailSettings } from './config';
export { MailReader } from './mail/mail-reader';
export type { MailAddress, ParsedMail } from './mail/parsed-mail';
