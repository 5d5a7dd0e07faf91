import {
  messageModerateJob,
  messageModerateJobName,
  type ChangeEvent,
  type Connector,
  type MessageChange,
  type MessageModerateJob,
  type Moderates,
} from '@app/channel';
import { ERRAND_ATTEMPTS, runErrand, type ErrandParts } from './errand';

/** Hides, shows and deletes what customers wrote in public, when somebody asks for it. */
export function serveModerations(parts: ErrandParts & { readonly connector: Connector & Moderates }): void {
  const { jobs, connector, database } = parts;
  const name = messageModerateJobName(connector.channel);
  jobs.define(name, { payload: messageModerateJob, maxAttempts: ERRAND_ATTEMPTS, concurrency: 2 });
  jobs.handle<MessageModerateJob>(name, (job) => {
    const { target, nativeId, action } = job.payload;
    // each request is told of, also the second of its kind
    const tell = (change: MessageChange): ChangeEvent[] => [
      { kind: 'change', externalId: `moderated:${job.id}`, target, at: database.clock.now().toISOString(), change },
    ];
    return runErrand(parts, job, {
      about: target,
      ask: async (account, signal) => {
        await connector.moderate(nativeId, action, account, signal);
        return tell(
          action === 'delete' ? { type: 'withdrawn', by: 'us' } : { type: 'hidden', hidden: action === 'hide' },
        );
      },
      failed: (problem) => tell({ type: 'refused', action, detail: problem.slice(0, 500) }),
    });
  });
}
