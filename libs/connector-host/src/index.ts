export { Intake1763800000002 } from './migrations/1763800000002-intake';
export { connectorHostSettings } from './config';
export { Vault, VaultClosed, parseKey, type SigningKey } from './vault';
export { HostGuard, HostRefused, type GuardedAddress } from './guarded-address';
export { ReplyTokens } from './reply-tokens';
export { Accounts, AddressTaken, UnknownAccount, type AccountRow, type NewAccount } from './accounts';
export { ConnectorHost, INTAKE_CHANNEL, type ConnectorHostOptions } from './connector-host';
export { Intake } from './intake';
export { connectPage, type ConnectPageParts } from './connect/connect-page';
