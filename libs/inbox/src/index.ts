export { InboxSealedAndRecord1763800000003 } from './migrations/1763800000003-inbox-sealed-and-record';
export { Inbox1763800000004 } from './migrations/1763800000004-inbox';
