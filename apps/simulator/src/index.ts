export type { Letter } from './customers/letter';
export type { CustomerLife, LifeOptions } from './customers/life';
export { CUSTOMER_DOMAIN } from './mail/address';
export type { Faults, Often, Refusal } from './mail/faults';
export type { FolderName, MailboxSettings } from './mail/mail-account';
export type { MailArrival } from './mail/post-office';
export type { StoredMail } from './mail/stored-mail';
export { DEMO_MAILBOX, type MailboxSummary, MailSimulator, type MailSimulatorOptions } from './mail-simulator';
export { SimulatorModule } from './simulator.module';
