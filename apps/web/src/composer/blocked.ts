import type { OpenConversation } from '../conversation/open-conversation';
import type { MessageKey } from '../language/en';

export interface Block {
  readonly key: MessageKey;
  readonly values?: Record<string, string>;
}

/** Why no reply can be sent now; undefined when one can. Notes can always be written. */
export function blockOf({ account, wait, offer, heldBy, trouble }: OpenConversation): Block | undefined {
  if (account.status === 'RECONNECT_NEEDED') return { key: 'block.reconnect', values: { account: account.name } };
  if (account.status === 'DISCONNECTED') return { key: 'block.disconnected', values: { account: account.name } };
  if (!wait || wait.end || offer) return undefined;
  // the wait that the answer had ended stands again where it stood
  if (trouble === 'FAILED' && !heldBy) return { key: 'block.notSent' };
  return heldBy ? { key: 'block.heldBy', values: { name: heldBy.displayName } } : { key: 'block.offerOver' };
}
