import { randomUUID } from 'node:crypto';
import { Changes, Queue } from '@app/inbox';
import type { Bench, BenchContext } from './bench';
import { bigWorkspaces, type BigWorkspace } from './big-workspace';
import { compare, inParallel, interleave, timed, type Comparison } from './measure';

const SMALL = 10_000;
/** Waits one agent may hold. */
const CAPACITY = 10;

/** How fast the queue gives its head, one agent after the other and twenty at once, with few and with many who wait. */
export const offersBench: Bench = { name: 'offers', run };

async function run(context: BenchContext): Promise<readonly Comparison[]> {
  const rounds = context.quick ? 3 : 7;
  const lines: Comparison[] = [];
  const [few, many] = [await queueOf(context, SMALL), await queueOf(context, context.size)];
  for (const width of [1, 20]) {
    const offers = Math.max(width, 6) * CAPACITY;
    await interleave(1, [few.contestant('few', width, offers), many.contestant('many', width, offers)]);
    const figures = await interleave(rounds, [
      few.contestant('few', width, offers),
      many.contestant('many', width, offers),
    ]);
    const who = width === 1 ? 'one agent after another' : `${width} agents at once`;
    lines.push(
      compare(figures, 'many', 'few', {
        bench: 'offers',
        what: `offerNext, ${who}, ${context.size.toLocaleString('en')} waits beside ${SMALL.toLocaleString('en')}`,
        unit: 'offers/s',
      }),
    );
  }
  return lines;
}

async function queueOf(context: BenchContext, size: number) {
  const workspace = await bigWorkspaces.of(context, size);
  const pool = await workspace.database.pool('api', 20);
  const queue = new Queue(new Changes({ notify: () => undefined }));
  const offer = async (agentId: string): Promise<void> => {
    const scope = { workspaceId: workspace.workspaceId };
    const given = await pool.transaction(scope, (tx) =>
      queue.offerNext(tx, { agentId, clientMutationId: randomUUID() }),
    );
    if ('error' in given) throw new Error(`offerNext gave "${given.error}"`);
  };
  return {
    contestant: (name: string, width: number, offers: number) => ({
      name,
      round: async () => {
        const agents = freshAgents(workspace, Math.ceil(offers / CAPACITY));
        const ms = await timed(() => inParallel(offers, width, (n) => offer(agents[n % agents.length]!)));
        return (offers / ms) * 1_000;
      },
    }),
  };
}

function freshAgents(workspace: BigWorkspace, count: number): string[] {
  return Array.from({ length: count }, () => workspace.freshAgent());
}
