import type { XSimulator } from '../../simulator/src';

/** What customers do on X first of all. */
const WANTED = ['post.mention.create', 'post.reply.create', 'dm.received'];
const PATIENCE_MS = 15_000;

/** Waits until the connector has had X tell it of what concerns a handle. Resolves with whether it has. */
export async function untilXTells(x: XSimulator, handle: { appId: string; userId: string }): Promise<boolean> {
  const tells = (): boolean => {
    const heard = x.pushing.subscriptions
      .listOf(handle.appId)
      .filter(({ filter, webhookId }) => filter['user_id'] === handle.userId && webhookId !== undefined);
    return WANTED.every((type) => heard.some(({ eventType }) => eventType === type));
  };
  if (tells()) return true;
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      x.off('call', look);
      resolve(tells());
    };
    const look = (): void => {
      if (tells()) end();
    };
    const timer = setTimeout(end, PATIENCE_MS);
    x.on('call', look);
  });
}
