import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDataDir, locksOf } from './claim-data-dir';
import { DataDirInUse, DataDirUnusable } from './errors';
import { tryLock, waitForLock, type HeldLock } from './numbered-lock';
import { OtherProcess } from './testing/other-process';

describe('the claim on a data directory', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'evenhand-claim-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('is refused while another process has it, with the number of that process', async () => {
    const other = new OtherProcess(`await claimDataDir(${JSON.stringify(dataDir)}); tell('claimed'); await told();`);
    await other.hear();
    const refused = await claimDataDir(dataDir).catch((error: unknown) => error);
    await other.kill();
    expect(refused).toBeInstanceOf(DataDirInUse);
    expect((refused as DataDirInUse).pid).toBe(other.pid);
    expect((refused as DataDirInUse).message).toContain(`process ${other.pid}`);
  });

  it('is taken over from a process that was killed', async () => {
    const other = new OtherProcess(`await claimDataDir(${JSON.stringify(dataDir)}); tell('claimed'); await told();`);
    await other.hear();
    await other.kill();
    const claim = await claimDataDir(dataDir);
    await claim.release();
  });

  it('is refused to this process itself until it releases it', async () => {
    const claim = await claimDataDir(dataDir);
    await expect(claimDataDir(dataDir)).rejects.toThrow(`process ${process.pid}`);
    await claim.release();
    await claim.release();
    await (await claimDataDir(dataDir)).release();
  });

  it('is taken over when the number of the dead process belongs to another program by now', async () => {
    if (process.platform === 'win32') return; // Windows tells no moment of birth
    await (await claimDataDir(dataDir)).release();
    const [lock = ''] = await readdir(locksOf(dataDir));
    const dead = { pid: process.pid, birth: 'an earlier life', since: new Date(0).toISOString() };
    await writeFile(join(locksOf(dataDir), lock), `${JSON.stringify(dead)}\n`);
    await (await claimDataDir(dataDir)).release();
  });

  it('is taken over from one who died while writing it', async () => {
    await (await claimDataDir(dataDir)).release();
    const half = join(locksOf(dataDir), 'evenhand.7');
    await writeFile(half, '{"pid":');
    await utimes(half, new Date(0), new Date(0));
    await (await claimDataDir(dataDir)).release();
  });

  it('goes to exactly one when many want that of a dead process at once', async () => {
    const other = new OtherProcess(`await claimDataDir(${JSON.stringify(dataDir)}); tell('claimed'); await told();`);
    await other.hear();
    await other.kill();
    const results = await Promise.all(Array.from({ length: 40 }, () => tryLock(locksOf(dataDir), 'evenhand')));
    expect(results.filter((result) => !('holder' in result))).toHaveLength(1);
  });

  it('says which directory cannot be used, and how to mend it', async () => {
    const file = join(dataDir, 'file');
    await writeFile(file, '');
    const refused = claimDataDir(join(file, 'data'));
    await expect(refused).rejects.toBeInstanceOf(DataDirUnusable);
    await expect(refused).rejects.toThrow(/file\/data.*EVENHAND_DATA_DIR/s);
  });
});

it('lets only one at a time through when many wait for a lock', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'evenhand-lock-'));
  let inside = 0;
  const passed: number[] = [];
  await Promise.all(
    Array.from({ length: 15 }, async () => {
      const lock = (await waitForLock(directory, 'gate', 30_000, () => undefined)) as HeldLock;
      inside += 1;
      await new Promise(setImmediate);
      passed.push(inside);
      inside -= 1;
      await lock.release();
    }),
  );
  expect(passed).toEqual(Array.from({ length: 15 }, () => 1));
  // One file is left, however often the lock was taken.
  expect(await readdir(directory)).toEqual(['gate.15']);
  await rm(directory, { recursive: true });
});
