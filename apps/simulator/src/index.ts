export { CUSTOMER_DOMAIN } from './mail/address';
export type { Faults, Often, Refusal } from './mail/faults';
export type { FolderName, MailboxSettings } from './mail/mail-account';
export type { StoredMail } from './mail/stored-mail';
export type { Letter } from './customers/letter';
export { type MailArrival, MailSimulator, type MailSimulatorOptions } from './mail-simulator';
