import type { Database, Logger } from '@app/runtime';
import { scrubErased, type Installation } from '../../cli/src';

const EVERY_MS = 10_000;

/**
 * After an erasure that somebody asked for on the page, takes what was deleted out of the files of the embedded database. Its
 * tables cannot be used while each is written anew: moments for what one machine holds. A server of one's own is left to its
 * operator. @returns how to stop it; resolves when nothing runs any more.
 */
export function watchErasures(
  installation: Installation,
  database: Pick<Database, 'query'>,
  logger: Logger,
): () => Promise<void> {
  if (!installation.embedded) return async () => undefined;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const look = async (): Promise<void> => {
    const [row] = await database.query<{ due: boolean }>('select inbox.erasures_to_scrub() as due');
    if (row?.due !== true) return;
    await scrubErased(installation);
    logger.info('the files of the database were written anew after an erasure');
  };
  const turn = (): void => {
    running = look()
      .catch((error: unknown) => {
        logger.warn('the files of the database could not be written anew after an erasure; tried again', {}, error);
      })
      .finally(() => (timer = setTimeout(turn, EVERY_MS)));
  };
  turn();
  return async () => {
    clearTimeout(timer);
    await running;
    clearTimeout(timer);
  };
}
