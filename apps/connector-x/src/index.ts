export { xApp } from './x-app';
export { addHandle, addXApp, xAccounts, type GivenHandle, type GivenXApp, type XAccounts } from './x-accounts';
export { xSettings } from './config';
export { addressesIn, readDelivery } from './read';
